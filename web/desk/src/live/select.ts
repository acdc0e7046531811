import type { ConversationSummary, Ticket } from '@/api/types'

import type { DeskState } from './state'

/** The open conversations as an agent looks at them. */
export interface Lists {
  /** First the higher priority, then who has waited longest: the place in this list is the place in the queue. */
  waiting: ConversationSummary[]
  /** In a steady order, so that nothing moves under the pointer. */
  mine: ConversationSummary[]
  /** With the bot; the most recently active first. */
  bot: ConversationSummary[]
  /** With other agents; the most recently active first. */
  others: ConversationSummary[]
}

/** Files each open conversation by its owner. */
export function listsOf(state: DeskState): Lists {
  const lists: Lists = { waiting: [], mine: [], bot: [], others: [] }
  for (const one of Object.values(state.conversations)) {
    if (one.owner === 'queue') lists.waiting.push(one)
    else if (one.owner === 'bot') lists.bot.push(one)
    else if (one.owner === 'agent') (one.agent?.id === state.me.id ? lists.mine : lists.others).push(one)
  }
  lists.waiting.sort((a, b) => b.priority - a.priority || waitingSince(a) - waitingSince(b) || byId(a, b))
  lists.mine.sort((a, b) => Date.parse(a.opened_at) - Date.parse(b.opened_at) || byId(a, b))
  lists.bot.sort((a, b) => activeAt(b) - activeAt(a) || byId(a, b))
  lists.others.sort((a, b) => activeAt(b) - activeAt(a) || byId(a, b))
  return lists
}

const waitingSince = (one: ConversationSummary): number => Date.parse(one.waiting_since ?? one.opened_at)
const activeAt = (one: ConversationSummary): number => Date.parse(one.last_message?.at ?? one.opened_at)
const byId = (a: ConversationSummary, b: ConversationSummary): number => (a.id < b.id ? -1 : 1)

/**
 * How many of the customer's messages the agent has not seen, given the number of the newest seen one. What a
 * person has answered is seen. Without the transcript only "at least one" can be known.
 */
export function unreadOf(state: DeskState, id: string, seen: number): number {
  const conversation = state.conversations[id]
  if (conversation === undefined || conversation.seq <= seen) return 0
  const transcript = state.transcripts[id]
  if (transcript?.loaded) {
    const answered = transcript.messages.findLast((one) => one.role === 'agent')?.seq ?? 0
    const since = Math.max(seen, answered)
    return transcript.messages.filter((one) => one.role === 'customer' && one.seq > since).length
  }
  return conversation.last_message?.role === 'customer' ? 1 : 0
}

/**
 * Since when a customer has waited for a person's answer: since their first message after the agent's last one,
 * but not from before the agent came. Null when the agent had the last word.
 */
export function unansweredSince(state: DeskState, one: ConversationSummary): string | null {
  const transcript = state.transcripts[one.id]
  if (transcript?.loaded !== true) return one.last_message?.role === 'customer' ? one.last_message.at : null
  let since: string | null = null
  for (const message of transcript.messages) {
    const came = message.role === 'system' && message.agent_name !== null
    if (message.role === 'agent') since = null
    else if (message.role === 'customer') since ??= message.sent_at
    else if (came && since !== null) since = message.sent_at
  }
  return since
}

/** The tickets of one conversation, newest first. */
export function ticketsOf(state: DeskState, conversationId: string): Ticket[] {
  return Object.values(state.tickets)
    .filter((ticket) => ticket.conversation_id === conversationId)
    .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))
}

/** Whether a conversation answers to what an agent typed into the filter: name, number, reason, words, id. */
export function matches(one: ConversationSummary, wanted: string, reasonLabel = ''): boolean {
  const words = wanted.trim().toLowerCase().split(/\s+/)
  const text = [
    one.customer?.name,
    one.customer?.phone,
    one.agent?.name,
    one.last_message?.text,
    one.id,
    one.channel,
    reasonLabel,
  ]
    .filter((part) => part)
    .join(' ')
    .toLowerCase()
  return words.every((word) => text.includes(word))
}
