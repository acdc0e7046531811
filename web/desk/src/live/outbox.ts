import type { Message } from '@/api/types'

/** A reply on its way. It is shown at once and leaves the outbox when the transcript has it. */
export interface Pending {
  readonly clientId: string
  readonly conversationId: string
  readonly text: string
  readonly at: string
  /** The conversation's newest message when the agent pressed Enter: the reply has a higher number. */
  readonly afterSeq: number
  /** `queued`: waits for those before it. `sent`: the server has it, the transcript not yet. */
  readonly status: 'queued' | 'sending' | 'sent' | 'failed'
  /** The conversation's newest message when the server had stored the reply. */
  readonly ackSeq?: number
  /** Why it failed, and whether trying again makes sense. */
  readonly problem?: { code: string; message: string; temporary: boolean }
}

/** Replies by conversation in the order they were written, and the messages already taken for one of them. */
export interface Outbox {
  readonly pending: readonly Pending[]
  readonly claimed: ReadonlySet<string>
}

export const emptyOutbox: Outbox = { pending: [], claimed: new Set() }

export function add(outbox: Outbox, reply: Omit<Pending, 'status'>): Outbox {
  return { ...outbox, pending: [...outbox.pending, { ...reply, status: 'queued' }] }
}

export function update(outbox: Outbox, clientId: string, change: Partial<Pending>): Outbox {
  const pending = outbox.pending.map((one) => (one.clientId === clientId ? { ...one, ...change } : one))
  return { ...outbox, pending }
}

export function remove(outbox: Outbox, clientId: string): Outbox {
  return { ...outbox, pending: outbox.pending.filter((one) => one.clientId !== clientId) }
}

export function pendingOf(outbox: Outbox, conversationId: string): Pending[] {
  return outbox.pending.filter((one) => one.conversationId === conversationId)
}

/**
 * The reply to send next in a conversation: the first that the server has not got. Null while that one is on
 * its way or has failed: nothing overtakes it.
 */
export function nextToSend(outbox: Outbox, conversationId: string): Pending | null {
  const first = pendingOf(outbox, conversationId).find((one) => one.status !== 'sent')
  return first?.status === 'queued' ? first : null
}

/** Failed replies worth another try are queued again. */
export function retryTemporary(outbox: Outbox): Outbox {
  const pending = outbox.pending.map((one) =>
    one.status === 'failed' && one.problem?.temporary === true ? requeued(one) : one,
  )
  return { ...outbox, pending }
}

/** The agent asks for another try. */
export function retry(outbox: Outbox, clientId: string): Outbox {
  const pending = outbox.pending.map((one) => (one.clientId === clientId ? requeued(one) : one))
  return { ...outbox, pending }
}

/** After a reload nothing is under way: what was may have arrived or not. Its id makes sending it again safe. */
export function restored(pending: readonly Pending[]): Outbox {
  return { pending: pending.filter((one) => one.status !== 'sent').map(requeued), claimed: new Set() }
}

function requeued(one: Pending): Pending {
  const { problem: _, ...rest } = one
  return { ...rest, status: 'queued' }
}

/**
 * Drops the replies that the transcript shows. One is known by its client id where the server tells it, else
 * by its words and author; a message stands for one reply only.
 */
export function settle(outbox: Outbox, conversationId: string, messages: readonly Message[], author: string): Outbox {
  if (!outbox.pending.some((one) => one.conversationId === conversationId)) return outbox
  const claimed = new Set(outbox.claimed)
  const newest = messages.at(-1)?.seq ?? 0
  const pending = outbox.pending.filter((one) => {
    if (one.conversationId !== conversationId) return true
    const shown = messages.find((message) => !claimed.has(message.id) && isReply(message, one, author))
    if (shown !== undefined) claimed.add(shown.id)
    return shown === undefined && !(one.ackSeq !== undefined && one.ackSeq <= newest)
  })
  return pending.length === outbox.pending.length ? outbox : { pending, claimed }
}

function isReply(message: Message, reply: Pending, author: string): boolean {
  if (message.role !== 'agent') return false
  if (typeof message.client_id === 'string') return message.client_id === reply.clientId
  return message.seq > reply.afterSeq && message.agent_name === author && message.text === reply.text
}
