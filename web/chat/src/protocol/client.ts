import { prepare } from "../text/compose";
import { Connection } from "./connection";
import type { Environment } from "./environment";
import { isRecord, type ClientFrame, type LeaveTarget, type ServerFrame } from "./frames";
import { parseHandoff, type Handoff } from "./handoff";
import { Outbox } from "./outbox";
import { renewSession, SESSION_KEY, storedSession } from "./session";
import { initialState, reduce, type ChatEvent, type ChatState, type Outgoing } from "./state";

const ACK_TIMEOUT_MS = 12_000;
const TRIES_BEFORE_FAILURE = 3;
/** A typing sign whose end got lost disappears by itself. */
const TYPING_SHOWN_MS = { bot: 45_000, agent: 12_000 } as const;
const TYPING_REPEAT_MS = 4_000;
/** A server may say "ready" before it sends the history; numbers may have gaps, so this is a guess. */
const HISTORY_GRACE_MS = 600;

export type SendOutcome = "sent" | "empty" | "too_long";

export interface ClientListener {
  changed(state: ChatState): void;
  /** The server refused something that is no message of the customer's. */
  refused(code: string, message: string): void;
}

/** The customer's side of one conversation. */
export class ChatClient {
  private current: ChatState = initialState;
  private readonly outbox: Outbox;
  private readonly connection: Connection;
  private readonly tries = new Map<string, { count: number; at: number }>();
  private readonly typingTimers = new Map<"bot" | "agent", () => void>();
  private cancelAckCheck: (() => void) | null = null;
  private lastCreatedAt = 0;
  private typingSentAt: number | null = null;
  /** The number of the newest message when the server was ready. */
  private historyEnd: number | null = null;
  private cancelGrace: (() => void) | null = null;

  constructor(
    private readonly env: Environment,
    private readonly listener: ClientListener,
  ) {
    this.outbox = new Outbox(env.store);
    this.connection = new Connection(env, {
      after: () => this.current.cursor,
      status: (connection) => this.dispatch({ type: "connection", connection }),
      session: ({ conversation, continueIn }) => {
        this.dispatch({ type: "conversation", conversation });
        this.dispatch({ type: "places", continueIn });
      },
      forget: (conversation) => this.dispatch({ type: "conversation", conversation, forget: true }),
      frame: (frame) => this.received(frame),
    });
  }

  get state(): ChatState {
    return this.current;
  }

  start(): void {
    // What a reload left unsent shows at once, and before anything said from now on.
    const conversation = storedSession(this.env)?.conversation ?? null;
    if (conversation !== null) this.dispatch({ type: "conversation", conversation });
    this.restore();
    this.connection.start();
  }

  stop(): void {
    this.connection.stop();
    this.cancelAckCheck?.();
    this.cancelAckCheck = null;
    this.cancelGrace?.();
    for (const cancel of this.typingTimers.values()) cancel();
  }

  /** Says something. What cannot be sent now is kept and sent as soon as it can. */
  say(typed: string): SendOutcome {
    const draft = prepare(typed);
    if (draft.kind !== "text") return draft.kind;
    this.stoppedTyping();
    this.enqueue({ ...this.newItem(), kind: "message", text: draft.text });
    return "sent";
  }

  press(messageId: string, index: number, title: string): void {
    this.enqueue({ ...this.newItem(), kind: "button", messageId, index, title });
  }

  leaveQueue(to: LeaveTarget): void {
    if (this.current.outgoing.some((item) => item.kind === "leave" && item.failure === null))
      return;
    this.enqueue({ ...this.newItem(), kind: "leave", to });
  }

  /** Sends a failed item again, under the id it has. */
  retry(clientId: string): void {
    this.dispatch({ type: "retried", clientId });
    const item = this.current.outgoing.find((outgoing) => outgoing.clientId === clientId);
    if (item === undefined) return;
    this.tries.delete(clientId);
    this.save(item);
    this.transmit(item);
  }

  discard(clientId: string): void {
    this.dispatch({ type: "discarded", clientId });
    this.settle(clientId);
  }

  /** Tells a person on the other side that the customer is writing. The bot has no use for it. */
  typing(): void {
    if (this.current.owner !== "agent" && this.current.owner !== "queue") return;
    const now = this.env.clock.now();
    if (this.typingSentAt !== null && now - this.typingSentAt < TYPING_REPEAT_MS) return;
    if (this.connection.send({ type: "typing", on: true })) this.typingSentAt = now;
  }

  stoppedTyping(): void {
    if (this.typingSentAt === null) return;
    this.typingSentAt = null;
    this.connection.send({ type: "typing", on: false });
  }

  /** A code by which the chat goes on in another channel; null when there is none, and why was told. */
  async handOff(channel: string): Promise<Handoff | null> {
    const answer = await this.ask("/chat/handoff", { channel });
    return answer === null ? null : parseHandoff(answer);
  }

  /** Goes on with the chat of another channel that a link came from. */
  async follow(token: string): Promise<void> {
    if ((await this.ask("/chat/continue", { token })) !== null)
      this.connection.restart({ renew: true });
  }

  private async ask(path: string, body: Readonly<Record<string, string>>): Promise<unknown> {
    try {
      const { token } = storedSession(this.env) ?? (await renewSession(this.env));
      const answer = await this.env.http(path, { body, token });
      if (answer.status === 200) return answer.body;
      const error = isRecord(answer.body) ? answer.body["error"] : null;
      const { code, message } = isRecord(error) ? error : {};
      this.listener.refused(
        typeof code === "string" ? code : "unknown",
        typeof message === "string" ? message : "",
      );
    } catch {
      this.listener.refused("unavailable", "");
    }
    return null;
  }

  wake(): void {
    this.connection.wake();
  }

  networkLost(): void {
    this.connection.networkLost();
  }

  /** Another tab has written to the shared store. */
  storeChanged(key: string | null): void {
    if (key !== SESSION_KEY || this.current.conversation === null) return;
    const session = storedSession(this.env);
    if (session !== null && session.conversation !== this.current.conversation) {
      this.connection.restart({ renew: true });
    }
  }

  private newItem(): { clientId: string; createdAt: number; failure: null } {
    // Strictly later than the one before, so that the order survives a reload.
    this.lastCreatedAt = Math.max(this.env.clock.now(), this.lastCreatedAt + 1);
    return { clientId: this.env.uuid(), createdAt: this.lastCreatedAt, failure: null };
  }

  private enqueue(item: Outgoing): void {
    this.save(item);
    this.dispatch({ type: "queued", item });
    this.transmit(item);
  }

  private save(item: Outgoing): void {
    this.outbox.save(this.current.conversation ?? "", item);
  }

  private settle(clientId: string): void {
    this.outbox.remove(clientId);
    this.tries.delete(clientId);
  }

  private transmit(item: Outgoing): void {
    if (!this.connection.send(frameOf(item))) return;
    const count = (this.tries.get(item.clientId)?.count ?? 0) + 1;
    this.tries.set(item.clientId, { count, at: this.env.clock.now() });
    this.cancelAckCheck ??= this.env.clock.after(ACK_TIMEOUT_MS, () => this.checkAcks());
  }

  /** An open line that swallows messages is as good as cut: dial again, and after a few times say so. */
  private checkAcks(): void {
    this.cancelAckCheck = null;
    if (!this.connection.ready) return; // everything is sent again when it is
    const now = this.env.clock.now();
    let restart = false;
    let next = Infinity;
    for (const item of this.current.outgoing) {
      const sent = this.tries.get(item.clientId);
      if (item.failure !== null || sent === undefined) continue;
      const due = sent.at + ACK_TIMEOUT_MS;
      if (due > now) {
        next = Math.min(next, due);
      } else if (sent.count >= TRIES_BEFORE_FAILURE) {
        this.fail(item.clientId, "no_answer", "", true);
      } else {
        restart = true;
      }
    }
    if (restart) this.connection.restart();
    else if (next < Infinity) {
      this.cancelAckCheck = this.env.clock.after(next - now, () => this.checkAcks());
    }
  }

  private fail(clientId: string, code: string, message: string, retryable: boolean): void {
    this.dispatch({ type: "failed", clientId, failure: { code, message, retryable } });
    const item = this.current.outgoing.find((outgoing) => outgoing.clientId === clientId);
    if (item === undefined || item.kind === "leave") {
      this.dispatch({ type: "discarded", clientId });
      this.settle(clientId);
      if (item !== undefined) this.listener.refused(code, message);
    } else {
      this.tries.delete(clientId);
      this.save(item);
    }
  }

  private received(frame: ServerFrame): void {
    switch (frame.type) {
      case "ready":
        this.dispatch({ type: "ready", owner: frame.owner });
        this.historyEnd = frame.seq;
        this.checkHistory();
        this.resend();
        break;
      case "message":
        this.dispatch({ type: "message", message: frame.message });
        if (frame.message.clientId !== null) this.settle(frame.message.clientId);
        this.checkHistory();
        break;
      case "state":
        this.dispatch({ type: "state", state: frame.state });
        this.dropStaleLeaves();
        break;
      case "typing":
        this.dispatch({ type: "typing", role: frame.role, on: frame.on });
        this.watchTyping(frame.role, frame.on);
        break;
      case "ack":
        this.dispatch({ type: "acked", clientId: frame.clientId, id: frame.id, seq: frame.seq });
        this.settle(frame.clientId);
        break;
      case "error":
        if (frame.clientId === null) this.listener.refused(frame.code, frame.message);
        else this.fail(frame.clientId, frame.code, frame.message, mayRetry(frame.code));
        break;
      case "pong":
        break;
    }
  }

  private checkHistory(): void {
    if (this.current.loaded || this.historyEnd === null) return;
    const loaded = (): void => {
      this.cancelGrace?.();
      this.cancelGrace = null;
      this.dispatch({ type: "loaded" });
    };
    if (this.current.cursor >= this.historyEnd) loaded();
    else this.cancelGrace ??= this.env.clock.after(HISTORY_GRACE_MS, loaded);
  }

  /** After a (re)connect: everything unacknowledged, this tab's and what a closed one left behind. */
  private resend(): void {
    this.restore();
    this.dropStaleLeaves();
    for (const item of this.current.outgoing) if (item.failure === null) this.transmit(item);
  }

  private restore(): void {
    for (const item of this.outbox.load(this.current.conversation ?? "", this.env.clock.now())) {
      if (this.current.messages.some(({ clientId }) => clientId === item.clientId)) {
        this.settle(item.clientId);
      } else {
        this.dispatch({ type: "queued", item });
        this.lastCreatedAt = Math.max(this.lastCreatedAt, item.createdAt);
      }
    }
  }

  /** Who waits no more has nothing to leave; the wish must not come true in some later queue. */
  private dropStaleLeaves(): void {
    const { owner, conversation } = this.current;
    if (owner === "queue" || conversation === null) return;
    for (const item of this.outbox.load(conversation, this.env.clock.now())) {
      if (item.kind === "leave") this.discard(item.clientId);
    }
  }

  private watchTyping(role: "bot" | "agent", on: boolean): void {
    this.typingTimers.get(role)?.();
    this.typingTimers.delete(role);
    if (!on) return;
    const stop = (): void => this.dispatch({ type: "typing", role, on: false });
    this.typingTimers.set(role, this.env.clock.after(TYPING_SHOWN_MS[role], stop));
  }

  private dispatch(event: ChatEvent): void {
    const next = reduce(this.current, event);
    if (next === this.current) return;
    this.current = next;
    this.listener.changed(next);
  }
}

function frameOf(item: Outgoing): ClientFrame {
  switch (item.kind) {
    case "message":
      return { type: "message", client_id: item.clientId, text: item.text };
    case "button":
      return {
        type: "button",
        client_id: item.clientId,
        message_id: item.messageId,
        index: item.index,
      };
    case "leave":
      return { type: "leave_queue", client_id: item.clientId, to: item.to };
  }
}

/** Refusals of the moment; any other would be refused again. */
const PASSING: readonly string[] = [
  "rate_limited",
  "too_many_requests",
  "busy",
  "unavailable",
  "internal",
];

function mayRetry(code: string): boolean {
  return PASSING.includes(code);
}
