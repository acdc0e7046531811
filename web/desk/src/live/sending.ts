import { shallowRef, type ShallowRef } from 'vue'

import type { DeskApi } from '@/api/desk'
import { ApiError } from '@/api/errors'
import type { ConversationSummary, Message } from '@/api/types'

import type { Memory } from './memory'
import * as outbox from './outbox'

const MEMORY = 'outbox'

export interface SendingOptions {
  api: Pick<DeskApi, 'reply'>
  memory: Memory
  /** The name under which this agent's replies stand in the transcript. */
  author: () => string
  onSummary: (summary: ConversationSummary) => void
  newId?: () => string
  now?: () => Date
}

/** Sends replies: one at a time in each conversation, in order, each stored once however often it is tried. */
export class Sending {
  readonly outbox: ShallowRef<outbox.Outbox>

  constructor(private readonly options: SendingOptions) {
    this.outbox = shallowRef(outbox.restored(options.memory.read<outbox.Pending[]>(MEMORY, [])))
  }

  /** Queue a reply and send it as soon as those before it are gone. `afterSeq`: the newest message there is. */
  send(conversationId: string, text: string, afterSeq: number): void {
    const clientId = this.options.newId?.() ?? crypto.randomUUID()
    const at = (this.options.now?.() ?? new Date()).toISOString()
    this.set(outbox.add(this.outbox.value, { clientId, conversationId, text, at, afterSeq }))
    void this.pump(conversationId)
  }

  retry(reply: outbox.Pending): void {
    this.set(outbox.retry(this.outbox.value, reply.clientId))
    void this.pump(reply.conversationId)
  }

  discard(reply: outbox.Pending): void {
    this.set(outbox.remove(this.outbox.value, reply.clientId))
    void this.pump(reply.conversationId)
  }

  /** The way is free again (connected, signed in): send what is left. */
  resume(): void {
    this.set(outbox.retryTemporary(this.outbox.value))
    for (const id of new Set(this.outbox.value.pending.map((one) => one.conversationId))) void this.pump(id)
  }

  /** The transcript of a conversation has changed: what it shows needs no second bubble. */
  settle(conversationId: string, messages: readonly Message[]): void {
    this.set(outbox.settle(this.outbox.value, conversationId, messages, this.options.author()))
  }

  /** Sends what is next until there is nothing; while a reply is on its way, nothing is next. */
  private async pump(conversationId: string): Promise<void> {
    let reply = outbox.nextToSend(this.outbox.value, conversationId)
    while (reply !== null) {
      await this.attempt(reply)
      reply = outbox.nextToSend(this.outbox.value, conversationId)
    }
  }

  private async attempt({ clientId, conversationId, text }: outbox.Pending): Promise<void> {
    this.set(outbox.update(this.outbox.value, clientId, { status: 'sending' }))
    try {
      const summary = await this.options.api.reply(conversationId, clientId, text)
      this.set(outbox.update(this.outbox.value, clientId, { status: 'sent', ackSeq: summary.seq }))
      this.options.onSummary(summary)
    } catch (error) {
      this.set(outbox.update(this.outbox.value, clientId, { status: 'failed', problem: problemOf(error) }))
    }
  }

  private set(next: outbox.Outbox): void {
    if (next === this.outbox.value) return
    this.outbox.value = next
    this.options.memory.write(MEMORY, next.pending)
  }
}

function problemOf(error: unknown): NonNullable<outbox.Pending['problem']> {
  if (!(error instanceof ApiError)) return { code: 'unknown', message: String(error), temporary: false }
  // Signed out is mended by signing in again: the reply waits for that.
  return { code: error.code, message: error.message, temporary: error.temporary || error.status === 401 }
}
