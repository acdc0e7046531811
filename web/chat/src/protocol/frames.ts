/**
 * The frames of the chat protocol, as the care server's contract states them, and the one gate
 * through which anything from the network enters the program: what does not have the stated shape
 * is dropped here, so that nothing behind this file has to doubt its input.
 */

/** Who answers the customer: the bot, nobody yet (waiting), a person, or the conversation is over. */
export type Owner = "bot" | "queue" | "agent" | "closed";
export type Role = "customer" | "bot" | "agent" | "system";
/** What a waiting customer can choose instead; `wait` is to stay in the queue. */
export type QueueOption = "wait" | "ticket" | "callback" | "bot";
export type LeaveTarget = Exclude<QueueOption, "wait">;

export interface Button {
  readonly index: number;
  readonly title: string;
}

export interface Message {
  readonly seq: number;
  readonly id: string;
  readonly role: Role;
  readonly text: string | null;
  readonly buttons: readonly Button[];
  readonly image: string | null;
  /** Structured content of any shape; `text/table.ts` knows the shapes that can be shown. */
  readonly custom: Readonly<Record<string, unknown>> | null;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly clientId: string | null;
  readonly agentName: string | null;
}

export interface QueueState {
  readonly owner: Owner;
  readonly position: number | null;
  readonly agentName: string | null;
  readonly canLeave: boolean;
  readonly options: readonly QueueOption[];
}

export type ServerFrame =
  | {
      readonly type: "ready";
      readonly conversation: string;
      readonly owner: Owner;
      readonly seq: number;
      /** Numbers up to this one are of an earlier log: who has seen one of them reads all anew. */
      readonly base: number;
    }
  | { readonly type: "message"; readonly message: Message }
  | { readonly type: "state"; readonly state: QueueState }
  | { readonly type: "typing"; readonly role: "bot" | "agent"; readonly on: boolean }
  | {
      readonly type: "ack";
      readonly clientId: string;
      readonly id: string;
      readonly seq: number | null;
    }
  | {
      readonly type: "error";
      readonly code: string;
      readonly message: string;
      readonly clientId: string | null;
    }
  | { readonly type: "pong" };

export type ClientFrame =
  | { type: "hello"; token: string; after: number }
  | { type: "message"; client_id: string; text: string }
  | { type: "button"; client_id: string; message_id: string; index: number }
  | { type: "typing"; on: boolean }
  | { type: "leave_queue"; client_id: string; to: LeaveTarget }
  | { type: "ping" };

type Json = Readonly<Record<string, unknown>>;

const OWNERS: readonly string[] = ["bot", "queue", "agent", "closed"];
const ROLES: readonly string[] = ["customer", "bot", "agent", "system"];
const OPTIONS: readonly string[] = ["wait", "ticket", "callback", "bot"];

export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function parseOwner(value: unknown): Owner | null {
  return typeof value === "string" && OWNERS.includes(value) ? (value as Owner) : null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function wholeOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function parseButtons(value: unknown): Button[] {
  if (!Array.isArray(value)) return [];
  const buttons: Button[] = [];
  for (const item of value as unknown[]) {
    if (!isRecord(item)) continue;
    const index = wholeOrNull(item["index"]);
    const title = textOrNull(item["title"]);
    if (index !== null && title !== null) buttons.push({ index, title });
  }
  return buttons;
}

/**
 * One message as the server states it, or null when it lacks a number, an id or a known role.
 *
 * @param receivedAt stands in for a `sent_at` that cannot be read (milliseconds)
 */
export function parseMessage(value: unknown, receivedAt: number): Message | null {
  if (!isRecord(value)) return null;
  const seq = wholeOrNull(value["seq"]);
  const id = textOrNull(value["id"]);
  const role = value["role"];
  if (seq === null || id === null || typeof role !== "string" || !ROLES.includes(role)) return null;
  const sentAt = typeof value["sent_at"] === "string" ? Date.parse(value["sent_at"]) : Number.NaN;
  return {
    seq,
    id,
    role: role as Role,
    text: textOrNull(value["text"]),
    buttons: parseButtons(value["buttons"]),
    image: textOrNull(value["image"]),
    custom: isRecord(value["custom"]) ? value["custom"] : null,
    sentAt: Number.isNaN(sentAt) ? receivedAt : sentAt,
    clientId: textOrNull(value["client_id"]),
    agentName: textOrNull(value["agent_name"]),
  };
}

function parseState(value: Json): QueueState | null {
  const owner = parseOwner(value["owner"]);
  if (owner === null) return null;
  const options = Array.isArray(value["options"]) ? (value["options"] as unknown[]) : [];
  return {
    owner,
    position: wholeOrNull(value["position"]),
    agentName: textOrNull(value["agent_name"]),
    canLeave: value["can_leave"] === true,
    options: options.filter(
      (option): option is QueueOption => typeof option === "string" && OPTIONS.includes(option),
    ),
  };
}

/** One frame from the server, or null for what this client does not know. */
export function parseServerFrame(raw: unknown, receivedAt: number): ServerFrame | null {
  const value = typeof raw === "string" ? parseJson(raw) : raw;
  if (!isRecord(value)) return null;
  switch (value["type"]) {
    case "ready": {
      const owner = parseOwner(value["owner"]);
      const conversation = textOrNull(value["conversation"]);
      if (owner === null || conversation === null) return null;
      const [seq, base] = [value["seq"], value["base"]].map((number) => wholeOrNull(number) ?? 0);
      return { type: "ready", conversation, owner, seq: seq as number, base: base as number };
    }
    case "message": {
      const message = parseMessage(value, receivedAt);
      return message === null ? null : { type: "message", message };
    }
    case "state": {
      const state = parseState(value);
      return state === null ? null : { type: "state", state };
    }
    case "typing": {
      const role = value["role"];
      if (role !== "bot" && role !== "agent") return null;
      return { type: "typing", role, on: value["on"] === true };
    }
    case "ack": {
      const clientId = textOrNull(value["client_id"]);
      if (clientId === null) return null;
      return {
        type: "ack",
        clientId,
        id: textOrNull(value["id"]) ?? clientId,
        seq: wholeOrNull(value["seq"]),
      };
    }
    case "error":
      return {
        type: "error",
        code: textOrNull(value["code"]) ?? "unknown",
        message: textOrNull(value["message"]) ?? "",
        clientId: textOrNull(value["client_id"]),
      };
    case "pong":
      return { type: "pong" };
    default:
      return null;
  }
}

/** The value of a JSON text, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
