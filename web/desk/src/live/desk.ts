import { computed, type InjectionKey, inject, reactive, ref, shallowRef } from 'vue'

import type { DeskApi } from '@/api/desk'
import { ApiError } from '@/api/errors'
import type { Agent, ConversationSummary, DeskEvent, DeskFrame, Presence, Role } from '@/api/types'

import { Memory } from './memory'
import { type Notice, noticesOf } from './notices'
import { type Change, reduce, startsAnew } from './reduce'
import { listsOf, unansweredSince, unreadOf } from './select'
import { Sending } from './sending'
import { type Connection, Push, RELOAD, type Socket } from './socket'
import { type DeskState, fromSnapshot, PAGE, summaryOf } from './state'

/** After a longer cut everything is loaded anew rather than replayed. */
const REPLAY_AT_MOST_MS = 5 * 60_000
const TYPING_LASTS_MS = 8_000
const REFRESH_AFTER_MS = 800
const KEPT_TRANSCRIPTS = 40
const PREFETCHED = 12

export interface DeskOptions {
  api: DeskApi
  agent: Agent
  storage: Storage
  openSocket?: (url: string) => Socket
  /** Another agent has signed in in this browser: nothing here is ours any more. */
  onOtherAgent?: () => void
}

/** One agent's desk: the state, kept current by the push, and everything the agent can do to it. */
export class Desk {
  readonly phase = ref<'loading' | 'ready' | 'failed'>('loading')
  readonly connection = ref<Connection>('connecting')
  readonly openId = ref<string | null>(null)
  /** Why the open conversation could not be loaded. */
  readonly openProblem = shallowRef<ApiError | null>(null)
  readonly drafts = reactive<Record<string, string>>({})
  readonly typing = reactive<Record<string, Role>>({})
  readonly sending: Sending
  readonly state = shallowRef<DeskState | null>(null)
  readonly lists = computed(() =>
    this.state.value === null ? { waiting: [], mine: [], bot: [], others: [] } : listsOf(this.state.value),
  )
  readonly unreadTotal = computed(() => this.lists.value.mine.reduce((sum, one) => sum + this.unread(one.id), 0))

  private readonly api: DeskApi
  private readonly memory: Memory
  private readonly seen = reactive<Record<string, number>>({})
  private readonly typingEnds: Record<string, ReturnType<typeof setTimeout>> = {}
  private readonly listeners = new Set<(notice: Notice) => void>()
  private push: Push | null = null
  private cutAt: number | null = null
  private refreshTimer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly options: DeskOptions) {
    this.api = options.api
    this.memory = new Memory(options.agent.id, options.storage)
    Object.assign(this.drafts, this.memory.read<Record<string, string>>('drafts', {}))
    Object.assign(this.seen, this.memory.read<Record<string, number>>('seen', {}))
    this.sending = new Sending({
      api: this.api,
      memory: this.memory,
      author: () => this.state.value?.me.name ?? options.agent.name,
      onSummary: (summary) => this.change({ type: 'summary', summary }),
    })
  }

  get agentId(): string {
    return this.options.agent.id
  }

  /** Load the state and follow it. Called again after signing in anew. */
  async start(): Promise<void> {
    this.stop()
    if (this.state.value === null) this.phase.value = 'loading'
    try {
      await this.load()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.phase.value = 'failed'
      return
    }
    this.phase.value = 'ready'
    this.follow()
    this.sending.resume()
  }

  stop(): void {
    this.push?.stop()
    this.push = null
    clearTimeout(this.refreshTimer)
  }

  /** The agent leaves this browser: nothing typed stays behind. */
  forget(): void {
    this.stop()
    for (const name of ['drafts', 'seen', 'outbox']) this.memory.forget(name)
  }

  reconnect(): void {
    this.push?.hurry()
  }

  onNotice(listener: (notice: Notice) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  summary(id: string): ConversationSummary | null {
    return this.state.value === null ? null : summaryOf(this.state.value, id)
  }

  isMine(one: ConversationSummary | null): boolean {
    return one?.owner === 'agent' && one.agent?.id === this.agentId
  }

  unread(id: string): number {
    return this.state.value === null ? 0 : unreadOf(this.state.value, id, this.seen[id] ?? 0)
  }

  /** Since when the customer of one of our conversations has waited for an answer; null when it is theirs to speak. */
  unanswered(one: ConversationSummary): string | null {
    return this.state.value !== null && this.isMine(one) ? unansweredSince(this.state.value, one) : null
  }

  /** The agent has looked at everything there is in a conversation. */
  markSeen(id: string): void {
    const newest = this.summary(id)?.seq
    if (newest === undefined || (this.seen[id] ?? 0) >= newest) return
    this.seen[id] = newest
    this.memory.write('seen', this.seen)
  }

  saveDraft(id: string, text: string): void {
    if (text === '') delete this.drafts[id]
    else this.drafts[id] = text
    this.memory.write('drafts', this.drafts)
  }

  async open(id: string | null): Promise<void> {
    this.openId.value = id
    this.openProblem.value = null
    if (id === null || this.state.value === null) return
    this.forgetOldTranscripts(id)
    if (this.state.value.transcripts[id]?.loaded !== true) await this.loadOpen(id)
  }

  async loadEarlier(id: string): Promise<void> {
    const first = this.state.value?.transcripts[id]?.messages[0]
    if (first === undefined) return
    const messages = await this.api.messagesBefore(id, first.seq, PAGE)
    this.change({ type: 'earlier', id, messages })
  }

  accept = (one: ConversationSummary): Promise<void> => this.act(one.id, this.api.accept(one.id, one.epoch))
  takeOver = (one: ConversationSummary): Promise<void> => this.act(one.id, this.api.takeOver(one.id, one.epoch))
  handBack = (one: ConversationSummary): Promise<void> => this.act(one.id, this.api.handBack(one.id))
  close = (one: ConversationSummary): Promise<void> => this.act(one.id, this.api.close(one.id))

  showPicture = (id: string, picture: Blob): Promise<void> =>
    this.act(id, this.api.showPicture(id, crypto.randomUUID(), picture))

  send(id: string, text: string): void {
    this.saveDraft(id, '')
    this.sending.send(id, text, this.summary(id)?.seq ?? 0)
  }

  sendTyping(id: string, on: boolean): void {
    this.push?.send({ type: 'typing', conversation_id: id, on })
  }

  async setPresence(status: Exclude<Presence, 'offline'>): Promise<void> {
    const before = this.state.value?.me.presence ?? 'offline'
    this.change({ type: 'presence', presence: status })
    try {
      await this.api.setPresence(status)
    } catch (error) {
      this.change({ type: 'presence', presence: before })
      throw error
    }
  }

  /** Applies a change; the tickets' pane brings its answers in by it, too. */
  change(change: Change): void {
    const before = this.state.value
    if (before === null) return
    const after = reduce(before, change)
    if (after === before) return
    this.state.value = after
    for (const [id, transcript] of Object.entries(after.transcripts)) {
      if (before.transcripts[id]?.messages !== transcript.messages) this.sending.settle(id, transcript.messages)
    }
    if (change.type === 'event') this.noteEvent(before, after, change.event)
  }

  private async load(): Promise<void> {
    this.state.value = fromSnapshot(await this.api.state())
    this.cutAt = null
    if (this.openId.value !== null) await this.loadOpen(this.openId.value)
    void this.prefetchMine()
  }

  private follow(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    this.push = new Push({
      url: () => `${scheme}://${location.host}/desk/ws?after=${this.state.value?.eventId ?? 0}`,
      onFrame: (frame) => this.receive(frame),
      onConnection: (connection) => this.noteConnection(connection),
      mayResume: (closeCode) => this.mayResume(closeCode),
      ...(this.options.openSocket && { open: this.options.openSocket }),
    })
    this.push.start()
  }

  private async mayResume(closeCode: number | null): Promise<boolean> {
    const { agent } = await this.api.me()
    if (agent.id !== this.agentId) {
      this.options.onOtherAgent?.()
      return false
    }
    const long = this.cutAt !== null && Date.now() - this.cutAt > REPLAY_AT_MOST_MS
    if (long || closeCode === RELOAD) await this.load()
    return true
  }

  private noteConnection(connection: Connection): void {
    const back = connection === 'live' && this.connection.value === 'waiting'
    this.connection.value = connection
    if (connection === 'waiting') this.cutAt ??= Date.now()
    if (connection === 'live') this.cutAt = null
    if (back) this.sending.resume()
  }

  private receive(frame: DeskFrame): void {
    if (frame.type === 'event') this.change({ type: 'event', event: frame })
    else if (frame.type === 'typing') this.noteTyping(frame.conversation_id, frame.on ? frame.role : null)
  }

  private noteTyping(id: string, role: Role | null): void {
    clearTimeout(this.typingEnds[id])
    if (role === null) {
      delete this.typing[id]
      return
    }
    this.typing[id] = role
    this.typingEnds[id] = setTimeout(() => delete this.typing[id], TYPING_LASTS_MS)
  }

  private noteEvent(before: DeskState, after: DeskState, event: DeskEvent): void {
    if (event.kind === 'message') this.noteTyping(event.data.conversation_id, null)
    if (event.kind === 'conversation') this.noteNewLog(before, event.data)
    if (movesTheBot(before, event, this.openId.value)) this.refreshOpenSoon()
    for (const notice of noticesOf(before, after, event)) for (const tell of this.listeners) tell(notice)
  }

  /** The messages have other numbers now: what was read counts as read, and what was loaded is loaded again. */
  private noteNewLog(before: DeskState, summary: ConversationSummary): void {
    const { id, seq } = summary
    if (!startsAnew(summaryOf(before, id), summary)) return
    if (unreadOf(before, id, this.seen[id] ?? 0) === 0) {
      this.seen[id] = seq
      this.memory.write('seen', this.seen)
    }
    if (before.transcripts[id] !== undefined) void this.loadOpen(id)
  }

  /** What the bot collected and did has no events of its own: look again once the conversation has moved. */
  private refreshOpenSoon(): void {
    clearTimeout(this.refreshTimer)
    this.refreshTimer = setTimeout(() => {
      const id = this.openId.value
      if (id !== null) void this.loadOpen(id)
    }, REFRESH_AFTER_MS)
  }

  private async loadOpen(id: string): Promise<void> {
    this.change({ type: 'opening', id })
    try {
      this.change({ type: 'opened', detail: await this.api.conversation(id) })
      if (this.openId.value === id) this.openProblem.value = null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (this.openId.value === id) this.openProblem.value = error
    }
  }

  /** An agent's own conversations open at once, and their unread messages can be counted. */
  private async prefetchMine(): Promise<void> {
    for (const { id } of this.lists.value.mine.slice(0, PREFETCHED)) {
      if (this.state.value?.transcripts[id]?.loaded === true) continue
      this.change({ type: 'opening', id })
      try {
        this.change({ type: 'opened', detail: await this.api.conversation(id) })
      } catch {
        return
      }
    }
  }

  private forgetOldTranscripts(opening: string): void {
    const ids = Object.keys(this.state.value?.transcripts ?? {})
    if (ids.length <= KEPT_TRANSCRIPTS) return
    const ours = new Set(this.lists.value.mine.map((one) => one.id))
    this.change({ type: 'forgotten', ids: ids.filter((id) => id !== opening && !ours.has(id)) })
  }

  private async act(id: string, answer: Promise<ConversationSummary>): Promise<void> {
    try {
      this.change({ type: 'summary', summary: await answer })
    } catch (error) {
      // Somebody was faster, or it is gone: show what is true now before saying so.
      if (error instanceof ApiError && (error.status === 409 || error.status === 404)) await this.loadOpen(id)
      throw error
    }
  }
}

/** Whether an event may have changed what the bot collected and did in conversation `id`. */
function movesTheBot(before: DeskState, event: DeskEvent, id: string | null): boolean {
  if (id === null) return false
  if (event.kind === 'message') {
    // The service's own words tell of orders, too.
    return event.data.conversation_id === id && ['bot', 'system'].includes(event.data.message.role)
  }
  return event.kind === 'conversation' && event.data.id === id && summaryOf(before, id)?.epoch !== event.data.epoch
}

export const deskKey: InjectionKey<Desk> = Symbol('desk')

/** The desk of the agent who is signed in. */
export function useDesk(): Desk {
  const desk = inject(deskKey)
  if (desk === undefined) throw new Error('useDesk needs a signed-in agent')
  return desk
}
