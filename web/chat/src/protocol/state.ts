/**
 * What the customer's page knows, and the one function that changes it.
 *
 * The server's sequence numbers are the truth. `messages` holds each number once, ascending;
 * `outgoing` holds what this browser has said and the server has not yet numbered. The cursor moves
 * with message frames only, never with acknowledgements: an acknowledgement may overtake an earlier
 * message of somebody else, and resuming behind that message would lose it.
 */

import type { LeaveTarget, Message, Owner, QueueOption, QueueState } from "./frames";

export type Connection = "connecting" | "online" | "offline";

interface OutgoingBase {
  readonly clientId: string;
  /** Milliseconds since the epoch; outgoing items are sent in this order. */
  readonly createdAt: number;
  readonly failure: Failure | null;
}

/** Why an item was not taken; one that can be sent again keeps its client id. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export type Outgoing =
  | (OutgoingBase & { readonly kind: "message"; readonly text: string })
  | (OutgoingBase & {
      readonly kind: "button";
      readonly messageId: string;
      readonly index: number;
      readonly title: string;
    })
  | (OutgoingBase & { readonly kind: "leave"; readonly to: LeaveTarget });

export interface Queue {
  readonly position: number | null;
  readonly canLeave: boolean;
  readonly options: readonly QueueOption[];
}

export interface ChatState {
  readonly conversation: string | null;
  readonly connection: Connection;
  /** True once the history has come: from then on an empty log is an empty conversation. */
  readonly loaded: boolean;
  readonly owner: Owner;
  readonly agentName: string | null;
  readonly queue: Queue | null;
  readonly messages: readonly Message[];
  /** The highest number received in a message; where a resumed connection goes on. */
  readonly cursor: number;
  readonly outgoing: readonly Outgoing[];
  readonly typing: { readonly bot: boolean; readonly agent: boolean };
  /** Channels in which the chat may go on. */
  readonly continueIn: readonly string[];
}

export type ChatEvent =
  /** `forget`: begin from nothing even when it is the conversation already known. */
  | { readonly type: "conversation"; readonly conversation: string; readonly forget?: boolean }
  | { readonly type: "connection"; readonly connection: Connection }
  | { readonly type: "places"; readonly continueIn: readonly string[] }
  | { readonly type: "ready"; readonly owner: Owner }
  | { readonly type: "loaded" }
  | { readonly type: "message"; readonly message: Message }
  | { readonly type: "state"; readonly state: QueueState }
  | { readonly type: "typing"; readonly role: "bot" | "agent"; readonly on: boolean }
  | { readonly type: "queued"; readonly item: Outgoing }
  | {
      readonly type: "acked";
      readonly clientId: string;
      readonly id: string;
      readonly seq: number | null;
    }
  | { readonly type: "failed"; readonly clientId: string; readonly failure: Failure }
  | { readonly type: "retried"; readonly clientId: string }
  | { readonly type: "discarded"; readonly clientId: string };

export const initialState: ChatState = {
  conversation: null,
  connection: "connecting",
  loaded: false,
  owner: "bot",
  agentName: null,
  queue: null,
  messages: [],
  cursor: 0,
  outgoing: [],
  typing: { bot: false, agent: false },
  continueIn: [],
};

/** The state after an event. Returns the same object when nothing has changed. */
export function reduce(state: ChatState, event: ChatEvent): ChatState {
  switch (event.type) {
    case "conversation":
      if (state.conversation === event.conversation && event.forget !== true) return state;
      if (state.conversation === null) return { ...state, conversation: event.conversation };
      return {
        ...initialState,
        connection: state.connection,
        continueIn: state.continueIn,
        conversation: event.conversation,
      };
    case "connection": {
      if (state.connection === event.connection) return state;
      const typing = event.connection === "online" ? state.typing : initialState.typing;
      return { ...state, connection: event.connection, typing };
    }
    case "places":
      if (state.continueIn.join() === event.continueIn.join()) return state;
      return { ...state, continueIn: event.continueIn };
    case "ready":
      return owned(state, event.owner, null);
    case "loaded":
      return state.loaded ? state : { ...state, loaded: true };
    case "message":
      return withMessage(state, event.message);
    case "state": {
      const { owner, position, agentName, canLeave, options } = event.state;
      const next = owned(state, owner, agentName);
      return owner === "queue" ? { ...next, queue: { position, canLeave, options } } : next;
    }
    case "typing":
      if (state.typing[event.role] === event.on) return state;
      return { ...state, typing: { ...state.typing, [event.role]: event.on } };
    case "queued":
      if (known(state, event.item.clientId)) return state;
      return { ...state, outgoing: queued(state.outgoing, event.item) };
    case "acked":
      return withAck(state, event.clientId, event.id, event.seq);
    case "failed":
      return changed(state, event.clientId, event.failure);
    case "retried":
      return changed(state, event.clientId, null);
    case "discarded":
      return without(state, event.clientId);
  }
}

/** The state under an owner: what belongs to another owner (a queue, an agent's name) goes. */
function owned(state: ChatState, owner: Owner, agentName: string | null): ChatState {
  const keepsName = owner === "agent" && state.owner === "agent";
  return {
    ...state,
    owner,
    agentName: owner === "agent" ? (agentName ?? (keepsName ? state.agentName : null)) : null,
    queue:
      owner === "queue" ? (state.queue ?? { position: null, canLeave: false, options: [] }) : null,
    outgoing:
      owner === "queue" ? state.outgoing : state.outgoing.filter((item) => item.kind !== "leave"),
    typing: {
      bot: owner === "bot" && state.typing.bot,
      agent: owner === "agent" && state.typing.agent,
    },
  };
}

function withMessage(state: ChatState, message: Message): ChatState {
  const own = state.messages.findIndex(
    (known) =>
      known.seq === message.seq ||
      (message.clientId !== null && known.clientId === message.clientId),
  );
  if (own >= 0) {
    // The server's wording of what was acknowledged before: it may have masked a code in it.
    if (!isProvisional(state.messages[own] as Message)) return state;
    const rest = state.messages.filter((_, index) => index !== own);
    return {
      ...state,
      messages: inserted(rest, message),
      cursor: Math.max(state.cursor, message.seq),
    };
  }
  if (message.seq <= state.cursor) return state;
  const typing =
    message.role === "bot" || message.role === "agent"
      ? { ...state.typing, [message.role]: false }
      : state.typing;
  return {
    ...state,
    messages: inserted(state.messages, message),
    cursor: message.seq,
    outgoing: state.outgoing.filter((item) => item.clientId !== message.clientId),
    typing,
  };
}

/** Ids of acknowledged but not yet received messages begin with this; the server's never do. */
const PROVISIONAL = "provisional:";

function isProvisional(message: Message): boolean {
  return message.id.startsWith(PROVISIONAL);
}

function withAck(state: ChatState, clientId: string, id: string, seq: number | null): ChatState {
  const item = state.outgoing.find((outgoing) => outgoing.clientId === clientId);
  if (item === undefined) return state;
  const rest = without(state, clientId);
  if (item.kind === "leave" || seq === null) return rest;
  if (state.messages.some((message) => message.seq === seq)) return rest;
  const message: Message = {
    seq,
    id: PROVISIONAL + id,
    role: "customer",
    text: item.kind === "message" ? item.text : item.title,
    buttons: [],
    image: null,
    custom: null,
    sentAt: item.createdAt,
    clientId,
    agentName: null,
  };
  return { ...rest, messages: inserted(state.messages, message) };
}

function inserted(messages: readonly Message[], message: Message): Message[] {
  let at = messages.length;
  while (at > 0 && (messages[at - 1] as Message).seq > message.seq) at -= 1;
  return [...messages.slice(0, at), message, ...messages.slice(at)];
}

function queued(outgoing: readonly Outgoing[], item: Outgoing): Outgoing[] {
  let at = outgoing.length;
  while (at > 0 && (outgoing[at - 1] as Outgoing).createdAt > item.createdAt) at -= 1;
  return [...outgoing.slice(0, at), item, ...outgoing.slice(at)];
}

function known(state: ChatState, clientId: string): boolean {
  return (
    state.outgoing.some((item) => item.clientId === clientId) ||
    state.messages.some((message) => message.clientId === clientId)
  );
}

function without(state: ChatState, clientId: string): ChatState {
  const outgoing = state.outgoing.filter((item) => item.clientId !== clientId);
  return outgoing.length === state.outgoing.length ? state : { ...state, outgoing };
}

function changed(state: ChatState, clientId: string, failure: Failure | null): ChatState {
  if (!state.outgoing.some((item) => item.clientId === clientId)) return state;
  return {
    ...state,
    outgoing: state.outgoing.map((item) =>
      item.clientId === clientId ? { ...item, failure } : item,
    ),
  };
}
