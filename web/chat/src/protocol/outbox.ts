import type { Store } from "./environment";
import { isRecord, parseJson, type LeaveTarget } from "./frames";
import type { Failure, Outgoing } from "./state";

const PREFIX = "xiaoxun.outbox.";
/** Who comes back later than this is asked before an old message goes out. */
const SENDS_ITSELF_MS = 12 * 3_600_000;

/**
 * What the customer said and the server has not yet acknowledged, kept over a reload.
 *
 * One key an item, so that two tabs never overwrite each other's. Whichever tab connects next sends
 * it; the client id makes a second sending harmless.
 */
export class Outbox {
  constructor(private readonly store: Store) {}

  save(conversation: string, item: Outgoing): void {
    this.store.set(PREFIX + item.clientId, JSON.stringify({ conversation, item }));
  }

  remove(clientId: string): void {
    this.store.remove(PREFIX + clientId);
  }

  /**
   * The kept items of a conversation, oldest first.
   *
   * What was kept for another conversation (the session has run out) still wants to be said: its
   * texts move over. Its button presses and queue choices mean nothing here and are dropped.
   *
   * @param now milliseconds since the epoch
   */
  load(conversation: string, now: number): Outgoing[] {
    const items: Outgoing[] = [];
    for (const key of this.store.keys()) {
      if (!key.startsWith(PREFIX)) continue;
      const entry = parseEntry(this.store.get(key));
      if (entry === null) {
        this.store.remove(key);
      } else if (entry.conversation === conversation) {
        items.push(entry.item);
      } else if (entry.item.kind === "message") {
        this.save(conversation, entry.item);
        items.push(entry.item);
      } else {
        this.store.remove(key);
      }
    }
    return items
      .map((item) => (now - item.createdAt > SENDS_ITSELF_MS ? aged(item) : item))
      .sort((a, b) => a.createdAt - b.createdAt || (a.clientId < b.clientId ? -1 : 1));
  }
}

function aged(item: Outgoing): Outgoing {
  return { ...item, failure: item.failure ?? { code: "expired", message: "", retryable: true } };
}

function parseEntry(raw: string | null): { conversation: string; item: Outgoing } | null {
  const entry = raw === null ? null : parseJson(raw);
  if (!isRecord(entry) || typeof entry["conversation"] !== "string") return null;
  const item = entry["item"];
  if (!isRecord(item)) return null;
  const clientId = item["clientId"];
  const createdAt = item["createdAt"];
  if (typeof clientId !== "string" || typeof createdAt !== "number") return null;
  const failure = parseFailure(item["failure"]);
  const base = { clientId, createdAt, failure };
  const conversation = entry["conversation"];
  const { kind, text, messageId, index, title, to } = item;
  if (kind === "message" && typeof text === "string") {
    return { conversation, item: { ...base, kind, text } };
  }
  if (
    kind === "button" &&
    typeof messageId === "string" &&
    typeof index === "number" &&
    typeof title === "string"
  ) {
    return { conversation, item: { ...base, kind, messageId, index, title } };
  }
  if (kind === "leave" && (to === "ticket" || to === "callback" || to === "bot")) {
    return { conversation, item: { ...base, kind, to: to satisfies LeaveTarget } };
  }
  return null;
}

function parseFailure(value: unknown): Failure | null {
  if (!isRecord(value)) return null;
  const { code, message, retryable } = value;
  if (typeof code !== "string" || typeof message !== "string") return null;
  return { code, message, retryable: retryable === true };
}
