import type { ConversationDetail, ConversationSummary, DeskEvent, Message, PresenceChange, Ticket } from '@/api/types'

import { type DeskState, emptyTranscript, PAGE, summaryOf, type Transcript } from './state'

/** Everything that can happen to the desk's state. */
export type Change =
  /** A numbered event was pushed. */
  | { type: 'event'; event: DeskEvent }
  /** The server answered a command with the conversation as it is now. */
  | { type: 'summary'; summary: ConversationSummary }
  /** A conversation is being loaded: from here on its messages are kept. */
  | { type: 'opening'; id: string }
  | { type: 'opened'; detail: ConversationDetail }
  | { type: 'earlier'; id: string; messages: readonly Message[] }
  /** Nobody looks at these transcripts any more. */
  | { type: 'forgotten'; ids: readonly string[] }
  | { type: 'tickets'; tickets: readonly Ticket[] }
  | { type: 'presence'; presence: DeskState['me']['presence'] }

/**
 * The state after a change. Pure; parts that did not change stay the same objects.
 *
 * Two sources meet here: numbered events, which come in order, and answers to calls, which may overtake them.
 * An event is applied once. A summary never replaces a newer one (epoch and message number only grow). A
 * message that an event brought is never replaced by an answer, which may have been read before the event.
 */
export function reduce(state: DeskState, change: Change): DeskState {
  switch (change.type) {
    case 'event':
      return change.event.id <= state.eventId ? state : { ...apply(state, change.event), eventId: change.event.id }
    case 'summary':
      return withSummary(state, change.summary)
    case 'opening':
      return withTranscript(state, change.id, (transcript) => transcript)
    case 'opened':
      return opened(state, change.detail)
    case 'earlier':
      return withTranscript(state, change.id, (transcript) => ({
        ...transcript,
        messages: merged(change.messages, transcript.messages),
        complete: transcript.complete || change.messages.length < PAGE,
      }))
    case 'forgotten': {
      const gone = new Set(change.ids)
      const kept = Object.entries(state.transcripts).filter(([id]) => !gone.has(id))
      return { ...state, transcripts: Object.fromEntries(kept) }
    }
    case 'tickets':
      return change.tickets.reduce(withTicket, state)
    case 'presence':
      return { ...state, me: { ...state.me, presence: change.presence } }
  }
}

function apply(state: DeskState, event: DeskEvent): DeskState {
  switch (event.kind) {
    case 'conversation':
      return withSummary(state, event.data)
    case 'message': {
      const { conversation_id: id, message } = event.data
      if (state.transcripts[id] === undefined) return state
      return withTranscript(state, id, (transcript) => ({
        ...transcript,
        messages: merged(transcript.messages, [message]),
      }))
    }
    case 'ticket':
      return withTicket(state, event.data)
    case 'presence':
      return withPresence(state, event.data)
    default:
      // A newer server may tell of things this desk does not know; their numbers count all the same.
      return state
  }
}

function withSummary(state: DeskState, summary: ConversationSummary): DeskState {
  const held = summaryOf(state, summary.id)
  if (held !== null && isOlder(summary, held)) return state
  const conversations = { ...state.conversations, [summary.id]: summary }
  if (summary.owner === 'closed') delete conversations[summary.id]
  const transcript = state.transcripts[summary.id]
  if (transcript === undefined) return { ...state, conversations }
  // With new numbers the messages are loaded anew: none would stand in its place.
  const known = startsAnew(held, summary) ? emptyTranscript : transcript
  const transcripts = { ...state.transcripts, [summary.id]: { ...known, conversation: summary } }
  return { ...state, conversations, transcripts }
}

/** Whether the messages have other numbers than before: two conversations of one customer became one. */
export function startsAnew(before: ConversationSummary | null, after: ConversationSummary): boolean {
  return (after.base ?? 0) > (before?.base ?? 0)
}

function isOlder(one: ConversationSummary, other: ConversationSummary): boolean {
  return one.epoch < other.epoch || (one.epoch === other.epoch && one.seq < other.seq)
}

function opened(state: DeskState, detail: ConversationDetail): DeskState {
  const { conversation, collected, actions, tickets, orders } = detail
  const base = summaryOf(state, conversation.id)?.base ?? 0
  const messages = detail.messages.filter(({ seq }) => seq > base) // not of an answer that an event overtook
  const withMessages = withTranscript(state, conversation.id, (transcript) => ({
    ...transcript,
    messages: merged(messages, transcript.messages),
    collected,
    actions,
    orders,
    loaded: true,
    complete: transcript.complete || messages.length < PAGE,
  }))
  const held = summaryOf(withMessages, conversation.id)
  // A held summary of the same age came by an event or an earlier answer: there is nothing to gain.
  const known = held !== null && !isOlder(held, conversation)
  return tickets.reduce(withTicket, known ? withMessages : withSummary(withMessages, conversation))
}

function withTranscript(state: DeskState, id: string, change: (transcript: Transcript) => Transcript): DeskState {
  const transcript = state.transcripts[id] ?? { ...emptyTranscript, conversation: state.conversations[id] ?? null }
  return { ...state, transcripts: { ...state.transcripts, [id]: change(transcript) } }
}

/** Both lists as one by ascending number; where both have a message, `newer` wins. */
function merged(older: readonly Message[], newer: readonly Message[]): readonly Message[] {
  const byId = new Map(older.map((message) => [message.id, message]))
  for (const message of newer) byId.set(message.id, message)
  return [...byId.values()].sort((a, b) => a.seq - b.seq)
}

function withTicket(state: DeskState, ticket: Ticket): DeskState {
  const held = state.tickets[ticket.number]
  if (held !== undefined && Date.parse(held.updated_at) > Date.parse(ticket.updated_at)) return state
  return { ...state, tickets: { ...state.tickets, [ticket.number]: ticket } }
}

function withPresence(state: DeskState, change: PresenceChange): DeskState {
  const mine = change.agent.id === state.me.id
  const me = mine ? { ...state.me, presence: change.agent.presence } : state.me
  return { ...state, me, onlineAgents: change.online_agents }
}
