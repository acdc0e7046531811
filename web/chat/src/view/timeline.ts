/**
 * What stands in the log, from top to bottom, as plain data: the state in, a list of items out.
 * Everything that has to be decided is decided here; the elements only show it.
 */

import { HUMAN_REQUEST, type Language } from "../i18n";
import type { Message, Role } from "../protocol/frames";
import type { ChatState, Outgoing } from "../protocol/state";
import { parseTable, type Table } from "../text/table";

export type ButtonState = "live" | "used" | "stale";

export interface ButtonItem {
  readonly index: number;
  readonly title: string;
  readonly state: ButtonState;
}

export type Delivery =
  | { readonly kind: "delivered" | "sending" | "waiting" }
  | { readonly kind: "failed"; readonly reason: string; readonly retryable: boolean };

export interface MessageItem {
  readonly kind: "message";
  readonly key: string;
  readonly role: Exclude<Role, "system">;
  /** Name to show for a person; null for the bot and the customer. */
  readonly agentName: string | null;
  /** The first of a run by the same speaker: it carries the avatar and the name. */
  readonly first: boolean;
  readonly last: boolean;
  readonly text: string | null;
  readonly image: string | null;
  readonly table: Table | null;
  readonly messageId: string;
  readonly buttons: readonly ButtonItem[];
  readonly clientId: string | null;
  readonly delivery: Delivery;
}

export type Item =
  | { readonly kind: "time"; readonly key: string; readonly at: number }
  | {
      readonly kind: "handover";
      readonly key: string;
      readonly to: "agent" | "bot";
      /** The server's own words, where it has said so. */
      readonly text: string | null;
      readonly name: string | null;
    }
  | {
      readonly kind: "notice";
      readonly key: string;
      readonly text: string;
      readonly messageId: string;
      readonly buttons: readonly ButtonItem[];
    }
  | MessageItem;

/** A pause this long is worth a time between the messages. */
const PAUSE_MS = 5 * 60_000;

const DELIVERED: Delivery = { kind: "delivered" };

export function timeline(state: ChatState, language: Language): Item[] {
  const items: Item[] = [];
  const live = liveFrom(state);
  let lastAt: number | null = null;
  /** Who answered last, and whether a notice since then has said so. */
  let answerer: { role: "bot" | "agent"; name: string | null } | null = null;
  let noticed = "";

  const time = (at: number, key: string): void => {
    if (lastAt === null || at - lastAt >= PAUSE_MS)
      items.push({ kind: "time", key: `t-${key}`, at });
    lastAt = at;
  };

  state.messages.forEach((message, position) => {
    const { id, role, text, image } = message;
    const table = parseTable(message.custom, language.total);
    if (text === null && image === null && table === null && message.buttons.length === 0) return;
    const key = message.clientId ?? id;
    time(message.sentAt, key);
    const buttons = buttonItems(message, position >= live, state);
    if (role === "system") {
      noticed += text ?? "";
      const { agentName: name } = message;
      if (name !== null && text !== null && buttons.length === 0) {
        // A notice that names a person is the one of that person's arrival.
        items.push({ kind: "handover", key, to: "agent", text, name });
        return;
      }
      items.push({ kind: "notice", key, text: text ?? "", messageId: id, buttons });
      return;
    }
    if (role === "bot" || role === "agent") {
      const name = role === "agent" ? message.agentName : null;
      const handed = handover(answerer, role, name, noticed);
      if (handed) items.push({ kind: "handover", key: `h-${key}`, to: role, text: null, name });
      answerer = { role, name };
      noticed = "";
    }
    items.push({
      kind: "message",
      key,
      role,
      agentName: role === "agent" ? message.agentName : null,
      first: true,
      last: true,
      text,
      image,
      table,
      messageId: id,
      buttons,
      clientId: message.clientId,
      delivery: DELIVERED,
    });
  });

  for (const item of state.outgoing) {
    if (item.kind === "leave") continue;
    time(Math.max(item.createdAt, lastAt ?? 0), item.clientId);
    items.push({
      kind: "message",
      key: item.clientId,
      role: "customer",
      agentName: null,
      first: true,
      last: true,
      text: item.kind === "message" ? item.text : item.title,
      image: null,
      table: null,
      messageId: item.clientId,
      buttons: [],
      clientId: item.clientId,
      delivery: delivery(item, state, language),
    });
  }
  return grouped(items);
}

/** Does the log itself have to say that somebody else answers now? Not when a notice has. */
function handover(
  before: { role: "bot" | "agent"; name: string | null } | null,
  role: "bot" | "agent",
  name: string | null,
  noticed: string,
): boolean {
  if (role === "bot") return before?.role === "agent" && noticed === "";
  if (before?.role === "agent" && before.name === name) return false;
  return name === null ? noticed === "" : !noticed.includes(name);
}

/**
 * The first position whose buttons can still be pressed.
 *
 * Whatever the customer or a person says puts an end to what was offered before. Several messages
 * of one bot turn do not put an end to each other's.
 */
function liveFrom(state: ChatState): number {
  if (state.outgoing.some(({ kind, failure }) => kind !== "leave" && failure === null)) {
    return Infinity;
  }
  for (let at = state.messages.length - 1; at >= 0; at -= 1) {
    const role = state.messages[at]?.role;
    if (role === "customer" || role === "agent") return at + 1;
  }
  return 0;
}

function buttonItems(message: Message, live: boolean, state: ChatState): ButtonItem[] {
  if (message.buttons.length === 0) return [];
  const answering =
    message.role === "system"
      ? !state.messages.some(({ role, seq }) => role === "system" && seq > message.seq)
      : state.owner === "bot" || state.owner === "closed";
  const pressed = state.outgoing.find(
    (item) => item.kind === "button" && item.messageId === message.id && item.failure === null,
  );
  const refused = state.outgoing.some(
    (item) =>
      item.kind === "button" && item.messageId === message.id && item.failure?.retryable === false,
  );
  const said = live || pressed !== undefined ? null : answerAfter(message, state);
  return message.buttons.map(({ index, title }) => {
    const used =
      pressed?.kind === "button" ? pressed.index === index : said !== null && said === title;
    return {
      index,
      title,
      state: used ? "used" : live && answering && !refused ? "live" : "stale",
    };
  });
}

/** What the customer said next: the server stores a pressed button as a message with its title. */
function answerAfter(message: Message, state: ChatState): string | null {
  const next = state.messages.find(({ role, seq }) => role === "customer" && seq > message.seq);
  return next?.text ?? null;
}

function delivery(item: Outgoing, state: ChatState, language: Language): Delivery {
  if (item.failure !== null) {
    const { code, message, retryable } = item.failure;
    const reason =
      code === "expired" ? language.expired : language.reasons[code] || message || language.notSent;
    return { kind: "failed", reason, retryable };
  }
  return { kind: state.connection === "online" ? "sending" : "waiting" };
}

function speaker(item: Item | undefined): string | null {
  return item?.kind === "message" ? `${item.role}:${item.agentName ?? ""}` : null;
}

function grouped(items: readonly Item[]): Item[] {
  return items.map((item, at) => {
    if (item.kind !== "message") return item;
    return {
      ...item,
      first: speaker(items[at - 1]) !== speaker(item),
      last: speaker(items[at + 1]) !== speaker(item),
    };
  });
}

/** Is a request for a person on its way already? A second tap would ask twice. */
export function humanRequested(state: ChatState): boolean {
  return state.outgoing.some(
    (item) => item.kind === "message" && item.text === HUMAN_REQUEST && item.failure === null,
  );
}
