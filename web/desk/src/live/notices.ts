import type { ConversationSummary, DeskEvent } from '@/api/types'

import { type DeskState, summaryOf } from './state'

/** Something that an agent who looks elsewhere wants to hear of. */
export type Notice =
  | { kind: 'waiting'; conversation: ConversationSummary }
  | { kind: 'message'; conversation: ConversationSummary }
  | { kind: 'taken'; conversation: ConversationSummary }

/** What an event, which led from `before` to `after`, is worth telling. */
export function noticesOf(before: DeskState, after: DeskState, event: DeskEvent): Notice[] {
  if (event.kind === 'message') {
    const conversation = summaryOf(after, event.data.conversation_id)
    const { message } = event.data
    const known = before.transcripts[event.data.conversation_id]?.messages.some((one) => one.id === message.id)
    const forMe = conversation?.owner === 'agent' && conversation.agent?.id === after.me.id
    return conversation !== null && forMe && message.role === 'customer' && known !== true
      ? [{ kind: 'message', conversation }]
      : []
  }
  if (event.kind !== 'conversation') return []
  const was = summaryOf(before, event.data.id)
  const is = summaryOf(after, event.data.id)
  if (is === null || is === was) return []
  const notices: Notice[] = []
  const wasMine = was?.owner === 'agent' && was.agent?.id === before.me.id
  const nowElsewhere = is.owner === 'queue' || (is.owner === 'agent' && is.agent?.id !== after.me.id)
  if (wasMine && nowElsewhere) notices.push({ kind: 'taken', conversation: is })
  if (is.owner === 'queue' && was?.owner !== 'queue') notices.push({ kind: 'waiting', conversation: is })
  return notices
}
