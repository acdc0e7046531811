import type {
  ActionOutcome,
  Agent,
  Collected,
  ConversationSummary,
  DeskSnapshot,
  Message,
  Order,
  Presence,
  Ticket,
} from '@/api/types'

/** How many messages the server gives at once; fewer than that means that nothing earlier exists. */
export const PAGE = 50

/** What is known of one conversation beyond its summary. Events keep it current once it is here. */
export interface Transcript {
  /** The newest summary seen: it outlives the conversation's place in the lists, which ends at its close. */
  readonly conversation: ConversationSummary | null
  /** By ascending `seq`, each message once. */
  readonly messages: readonly Message[]
  readonly collected: Collected
  readonly actions: readonly ActionOutcome[]
  readonly orders: readonly Order[]
  /** False until the first answer of the server is in; messages pushed meanwhile are kept. */
  readonly loaded: boolean
  /** The beginning of the conversation is in `messages`. */
  readonly complete: boolean
}

/** All that the desk shows of the server's world. Changed by `reduce` only. */
export interface DeskState {
  /** The number of the newest event in this state; the push is resumed after it. */
  readonly eventId: number
  readonly me: Agent & { presence: Presence }
  readonly onlineAgents: number
  /** The open ones. */
  readonly conversations: Readonly<Record<string, ConversationSummary>>
  readonly transcripts: Readonly<Record<string, Transcript>>
  readonly tickets: Readonly<Record<string, Ticket>>
}

export const emptyTranscript: Transcript = {
  conversation: null,
  messages: [],
  collected: {},
  actions: [],
  orders: [],
  loaded: false,
  complete: false,
}

/** The state that a snapshot of the server describes. */
export function fromSnapshot(snapshot: DeskSnapshot): DeskState {
  const open = snapshot.conversations.filter((one) => one.owner !== 'closed')
  return {
    eventId: snapshot.event_id,
    me: snapshot.agent,
    onlineAgents: snapshot.online_agents,
    conversations: Object.fromEntries(open.map((one) => [one.id, one])),
    transcripts: {},
    tickets: {},
  }
}

/** The newest summary of a conversation, open or not. */
export function summaryOf(state: DeskState, id: string): ConversationSummary | null {
  return state.conversations[id] ?? state.transcripts[id]?.conversation ?? null
}
