import type { Environment, HttpAnswer } from "./environment";
import {
  isRecord,
  parseMessage,
  parseOwner,
  type ClientFrame,
  type Message,
  type ServerFrame,
} from "./frames";
import type { Session } from "./session";

const POLL_EVERY_MS = 3_000;

export interface PollingHandlers {
  after(): number;
  frame(frame: ServerFrame): void;
  /** Whether the chat is another one now, and everything begins again. */
  moved(conversation: string, base: number, after: number): boolean;
  /** The line is of no use any more; `status` is 0 when no answer came at all. */
  failed(status: number): void;
}

type Post = Extract<ClientFrame, { type: "message" | "button" }>;

/** The chat over plain HTTP, told in the frames of the WebSocket. */
export class Polling {
  ready = false;
  private stopped = false;
  private asking = false;
  private posting: Promise<void> = Promise.resolve();
  private cancelTimer: (() => void) | null = null;

  constructor(
    private readonly env: Environment,
    private readonly session: Session,
    private readonly handlers: PollingHandlers,
  ) {}

  start(): void {
    this.poll();
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer?.();
  }

  /** Asks for what is new, now. */
  poll(): void {
    if (this.stopped || this.asking) return;
    this.asking = true;
    this.cancelTimer?.();
    void this.ask().finally(() => (this.asking = false));
  }

  /** False for frames that only the WebSocket carries (leaving the queue, typing). */
  send(frame: ClientFrame): boolean {
    if (frame.type !== "message" && frame.type !== "button") return false;
    this.posting = this.posting.then(() => this.post(frame)); // one after the other, in order
    return true;
  }

  private async ask(): Promise<void> {
    const after = this.handlers.after();
    const path = `/chat/messages?after=${after}`;
    const answer = await this.http(path);
    if (this.stopped) return;
    if (answer.status !== 200 || !isRecord(answer.body)) {
      this.handlers.failed(answer.status);
      return;
    }
    const { owner: rawOwner, position, messages: rawMessages } = answer.body;
    const { conversation = this.session.conversation, base = 0 } = answer.body;
    if (typeof conversation !== "string" || typeof base !== "number") return;
    if (this.handlers.moved(conversation, base, after)) return;
    const owner = parseOwner(rawOwner) ?? "bot";
    const messages = (Array.isArray(rawMessages) ? (rawMessages as unknown[]) : [])
      .map((raw) => parseMessage(raw, this.env.clock.now()))
      .filter((message): message is Message => message !== null);
    for (const message of messages) this.handlers.frame({ type: "message", message });
    if (!this.ready) {
      this.ready = true;
      const seq = this.handlers.after();
      this.handlers.frame({ type: "ready", conversation, owner, seq, base });
    }
    this.handlers.frame({
      type: "state",
      state: {
        owner,
        position: typeof position === "number" ? position : null,
        agentName: messages.filter(({ role }) => role === "agent").pop()?.agentName ?? null,
        canLeave: false, // leaving needs the WebSocket
        options: [],
      },
    });
    this.cancelTimer = this.env.clock.after(POLL_EVERY_MS, () => this.poll());
  }

  private async post(frame: Post): Promise<void> {
    if (this.stopped) return;
    const { type: _, ...body } = frame;
    const answer = await this.http("/chat/messages", body);
    if (this.stopped) return;
    const clientId = frame.client_id;
    const content = isRecord(answer.body) ? answer.body : {};
    if (answer.status === 200) {
      const { id, seq } = content;
      this.handlers.frame({
        type: "ack",
        clientId,
        id: typeof id === "string" ? id : clientId,
        seq: typeof seq === "number" ? seq : null,
      });
      this.poll();
    } else if (
      answer.status >= 400 &&
      answer.status < 500 &&
      ![401, 403, 408, 429].includes(answer.status)
    ) {
      const error = isRecord(content["error"]) ? content["error"] : {};
      this.handlers.frame({
        type: "error",
        code: typeof error["code"] === "string" ? error["code"] : "unknown",
        message: typeof error["message"] === "string" ? error["message"] : "",
        clientId,
      });
    } else {
      this.handlers.failed(answer.status); // said again after the reconnect, under the same id
    }
  }

  private async http(path: string, body?: unknown): Promise<HttpAnswer> {
    try {
      return await this.env.http(path, {
        token: this.session.token,
        ...(body === undefined ? {} : { body }),
      });
    } catch {
      return { status: 0, body: undefined };
    }
  }
}
