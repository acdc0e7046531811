/** The server's side of the chat contract in memory: enough to test and to look at a page, no more. */

import type { Owner, QueueOption, Role } from "../../src/protocol/frames.ts";

export interface WireMessage {
  seq: number;
  id: string;
  role: Role;
  text: string | null;
  buttons: { index: number; title: string }[];
  image: string | null;
  custom: Record<string, unknown> | null;
  sent_at: string;
  client_id: string | null;
  agent_name: string | null;
}

export type Line = (frame: Record<string, unknown>) => void;

export interface Said {
  role?: Role;
  text?: string | null;
  buttons?: string[];
  image?: string;
  custom?: Record<string, unknown>;
  agentName?: string;
  clientId?: string;
  sentAt?: number;
}

/** What the fake does when a customer has spoken or chosen; tests and the demo bring their own. */
export interface Behaviour {
  customer?(conversation: FakeConversation, message: WireMessage): void;
  left?(conversation: FakeConversation, to: string): void;
}

export class FakeConversation {
  readonly messages: WireMessage[] = [];
  readonly lines = new Set<Line>();
  readonly typed: boolean[] = [];
  owner: Owner = "bot";
  position: number | null = null;
  agentName: string | null = null;
  options: QueueOption[] = [];
  /** Does the sender get its own message as a frame, beside the acknowledgement? */
  echo = true;
  /** Does `ready` come before the history? */
  readyFirst = false;
  /** Numbers up to this one are of an earlier log. */
  base = 0;
  readonly stored = new Map<string, { id: string; seq: number }>();
  private seq = 0;

  constructor(
    readonly id: string,
    private readonly now: () => number,
    private readonly behaviour: Behaviour,
  ) {}

  /** Stores a message and tells everybody who listens, but for `except`. */
  say(said: Said, except?: Line): WireMessage {
    this.seq += said.role === "system" ? 2 : 1; // numbers may have gaps
    const message: WireMessage = {
      seq: this.seq,
      id: `m${this.seq}`,
      role: said.role ?? "bot",
      text: said.text ?? null,
      buttons: (said.buttons ?? []).map((title, index) => ({ index, title })),
      image: said.image ?? null,
      custom: said.custom ?? null,
      sent_at: new Date(said.sentAt ?? this.now()).toISOString(),
      client_id: said.clientId ?? null,
      agent_name: said.agentName ?? null,
    };
    this.messages.push(message);
    for (const line of this.lines) if (line !== except) line({ type: "message", ...message });
    return message;
  }

  typing(role: "bot" | "agent", on: boolean): void {
    for (const line of this.lines) line({ type: "typing", role, on });
  }

  own(
    owner: Owner,
    more: { position?: number; agentName?: string; options?: QueueOption[] } = {},
  ): void {
    this.owner = owner;
    this.position = more.position ?? null;
    this.agentName = more.agentName ?? null;
    this.options = more.options ?? [];
    for (const line of this.lines) line(this.stateFrame());
  }

  hello(line: Line, after: number): void {
    const { id: conversation, owner, seq, base } = this;
    const ready = { type: "ready", conversation, owner, seq, base };
    if (this.readyFirst) line(ready);
    for (const message of this.messages) {
      if (message.seq > after) line({ type: "message", ...message });
    }
    if (!this.readyFirst) line(ready);
    line(this.stateFrame());
    this.lines.add(line);
  }

  /** Takes in what was said in another conversation of the customer's: all gets new numbers, by time. */
  absorb(other: FakeConversation): void {
    this.base = Math.max(this.seq, other.seq) + 1;
    this.seq = this.base;
    this.messages.push(...other.messages);
    this.messages.sort((a, b) => Date.parse(a.sent_at) - Date.parse(b.sent_at));
    for (const message of this.messages) message.seq = this.seq += 1;
    for (const [clientId, first] of other.stored) this.stored.set(clientId, first);
  }

  /** One frame of a customer's. */
  receive(frame: Record<string, unknown>, line: Line): void {
    const clientId = String(frame["client_id"]);
    switch (frame["type"]) {
      case "ping":
        line({ type: "pong" });
        break;
      case "typing":
        this.typed.push(frame["on"] === true);
        break;
      case "leave_queue":
        line({ type: "ack", client_id: clientId, id: clientId, seq: null });
        if (this.owner === "queue") this.behaviour.left?.(this, String(frame["to"]));
        break;
      case "message":
      case "button": {
        const answer = this.store(frame, line);
        if ("code" in answer) line({ type: "error", client_id: clientId, ...answer });
        else line({ type: "ack", client_id: clientId, ...answer });
      }
    }
  }

  /** Stores a customer's message once; the answer to a repetition is the first one's. */
  store(
    frame: Record<string, unknown>,
    line?: Line,
  ): { id: string; seq: number } | { code: string; message: string } {
    const clientId = String(frame["client_id"]);
    const before = this.stored.get(clientId);
    if (before !== undefined) return before;
    let text = frame["text"];
    if (frame["message_id"] !== undefined) {
      const offer = this.messages.find(({ id }) => id === frame["message_id"]);
      const button = offer?.buttons.find(({ index }) => index === frame["index"]);
      if (button === undefined) return { code: "stale", message: "这个选项已经失效" };
      text = button.title;
    }
    if (typeof text !== "string" || text.trim() === "") {
      return { code: "empty", message: "消息不能为空" };
    }
    if ([...text].length > 2000) return { code: "text_too_long", message: "消息太长" };
    const said: Said = { role: "customer", text, clientId };
    const { id, seq } = this.say(said, this.echo ? undefined : line);
    this.stored.set(clientId, { id, seq });
    this.behaviour.customer?.(this, this.messages[this.messages.length - 1] as WireMessage);
    return { id, seq };
  }

  private stateFrame(): Record<string, unknown> {
    return {
      type: "state",
      owner: this.owner,
      position: this.position,
      agent_name: this.agentName,
      can_leave: this.options.length > 0,
      options: this.options,
    };
  }
}

export class FakeService {
  readonly conversations = new Map<string, FakeConversation>();
  /** token → conversation id */
  readonly tokens = new Map<string, string>();
  /** False: the server is being restarted. */
  available = true;
  private count = 0;

  constructor(
    private readonly now: () => number,
    private readonly behaviour: Behaviour = {},
  ) {}

  session(token: unknown): { token: string; conversation: string; expires_at: string } {
    let known = typeof token === "string" ? this.tokens.get(token) : undefined;
    let name = token as string;
    if (known === undefined) {
      this.count += 1;
      known = `c${this.count}-${this.now().toString(36)}`;
      name = `token-${known}`;
      this.tokens.set(name, known);
      this.conversations.set(known, new FakeConversation(known, this.now, this.behaviour));
    }
    const expires = new Date(this.now() + 7 * 86_400_000).toISOString();
    return { token: name, conversation: known, expires_at: expires };
  }

  byToken(token: unknown): FakeConversation | undefined {
    const id = typeof token === "string" ? this.tokens.get(token) : undefined;
    return id === undefined ? undefined : this.conversations.get(id);
  }

  http(path: string, token: string | undefined, body: unknown): { status: number; body: unknown } {
    const url = new URL(path, "http://fake");
    const content = (body ?? {}) as Record<string, unknown>;
    if (url.pathname === "/chat/session")
      return { status: 200, body: this.session(content["token"]) };
    const conversation = this.byToken(token);
    if (conversation === undefined) {
      return { status: 401, body: { error: { code: "unauthorized", message: "请重新进入页面" } } };
    }
    if (body === undefined) {
      const after = Number(url.searchParams.get("after") ?? 0);
      const { owner, position } = conversation;
      const messages = conversation.messages.filter(({ seq }) => seq > after);
      const { id, base } = conversation;
      return { status: 200, body: { conversation: id, base, messages, owner, position } };
    }
    const answer = conversation.store(content);
    return "code" in answer
      ? { status: 422, body: { error: answer } }
      : { status: 200, body: answer };
  }
}
