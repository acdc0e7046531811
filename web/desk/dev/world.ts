import type {
  ConversationDetail,
  ConversationSummary,
  Customer,
  DeskEvent,
  DeskNews,
  DeskSnapshot,
  Message,
  NewTicket,
  Owner,
  Presence,
  Role,
  Ticket,
  TicketState,
  TicketStep,
  Understanding,
} from '../src/api/types.ts'

export interface Held {
  summary: ConversationSummary
  messages: Message[]
  collected: Record<string, unknown>
  actions: { name: string; ok: boolean; at: string }[]
}

export interface Said {
  role: Role
  text: string
  minutesAgo?: number
  buttons?: string[]
  agent?: string
  withdrawn?: boolean
  understood?: Partial<Understanding> & { intent: string }
  clientId?: string
}

export class Refused extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** A small care server in memory, as far as the desk sees it: enough to work on the pages without the real one. */
export class World {
  readonly me = { id: 'agent-1', name: '王晓琳', role: 'agent' }
  presence: Presence = 'online'
  readonly conversations = new Map<string, Held>()
  readonly tickets = new Map<string, { ticket: Ticket; history: TicketStep[] }>()
  readonly events: DeskEvent[] = []
  private readonly listeners = new Set<(event: DeskEvent) => void>()
  private made = 0

  listen(listener: (event: DeskEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  snapshot(): DeskSnapshot {
    const open = [...this.conversations.values()].map((one) => one.summary).filter((one) => one.owner !== 'closed')
    return {
      event_id: this.events.length,
      agent: { ...this.me, presence: this.presence },
      conversations: structuredClone(open),
      online_agents: 3,
    }
  }

  add(
    id: string,
    customer: Customer | null,
    options: Partial<ConversationSummary> & { minutesAgo?: number } = {},
  ): Held {
    const { minutesAgo = 5, ...fields } = options
    const held: Held = {
      summary: {
        id,
        owner: 'bot',
        epoch: 1,
        seq: 0,
        agent: null,
        channel: 'web',
        customer,
        reason: null,
        priority: 0,
        waiting_since: null,
        opened_at: ago(minutesAgo),
        last_message: null,
        ...fields,
      },
      messages: [],
      collected: {},
      actions: [],
    }
    this.conversations.set(id, held)
    return held
  }

  say(id: string, said: Said): Message {
    const held = this.held(id)
    const message: Message = {
      id: `m-${++this.made}`,
      seq: held.summary.seq + 1,
      role: said.role,
      text: said.text,
      buttons: (said.buttons ?? []).map((title, index) => ({ index, title })),
      image: null,
      custom: null,
      channel: held.summary.channel,
      agent_name: said.agent ?? null,
      sent_at: ago(said.minutesAgo ?? 0),
      withdrawn: said.withdrawn ?? false,
      understanding: said.understood ? { confidence: 0.97, ranking: [], entities: [], ...said.understood } : null,
      client_id: said.clientId ?? null,
    }
    held.messages.push(message)
    held.summary = { ...held.summary, seq: message.seq }
    if (!message.withdrawn && message.role !== 'system') {
      held.summary.last_message = { role: message.role, text: message.text, at: message.sent_at }
    }
    this.tell({ kind: 'message', data: { conversation_id: id, message } })
    this.tell({ kind: 'conversation', data: held.summary })
    return message
  }

  own(id: string, owner: Owner, agent: { id: string; name: string } | null = null, reason: string | null = null): void {
    const held = this.held(id)
    held.summary = {
      ...held.summary,
      owner,
      agent,
      reason: reason ?? held.summary.reason,
      epoch: held.summary.epoch + 1,
      waiting_since: owner === 'queue' ? ago(0) : null,
    }
    this.tell({ kind: 'conversation', data: held.summary })
  }

  take(id: string, epoch: number, agent: { id: string; name: string } = this.me): ConversationSummary {
    const { summary } = this.held(id)
    if (summary.epoch !== epoch || summary.owner === 'agent') {
      throw new Refused(409, 'stale', '这个会话刚刚被其他人处理了。')
    }
    this.own(id, 'agent', { id: agent.id, name: agent.name })
    this.say(id, { role: 'system', text: `客服${agent.name}已接入，以下由人工为您服务。`, agent: agent.name })
    return this.held(id).summary
  }

  leave(id: string, owner: 'bot' | 'closed', text: string): ConversationSummary {
    this.mine(id)
    this.own(id, owner)
    this.say(id, { role: 'system', text })
    return this.held(id).summary
  }

  reply(id: string, clientId: string, text: string): ConversationSummary {
    const held = this.mine(id)
    if (!held.messages.some((one) => one.client_id === clientId)) {
      this.say(id, { role: 'agent', text, agent: this.me.name, clientId })
    }
    return this.held(id).summary
  }

  detail(id: string): ConversationDetail {
    const held = this.held(id)
    const tickets = [...this.tickets.values()].map((one) => one.ticket).filter((one) => one.conversation_id === id)
    return {
      conversation: held.summary,
      messages: held.messages.slice(-50),
      collected: held.collected,
      actions: held.actions,
      tickets,
      orders: [],
    }
  }

  before(id: string, seq: number, limit: number): Message[] {
    return this.held(id)
      .messages.filter((one) => one.seq < seq)
      .slice(-limit)
  }

  openTicket(wanted: NewTicket, actor: string, minutesAgo = 0, promisedInHours = 24): Ticket {
    const number = `GD20260301${String(this.tickets.size + 1).padStart(4, '0')}`
    const customer = wanted.conversation_id ? this.held(wanted.conversation_id).summary.customer : null
    const ticket: Ticket = {
      number,
      kind: wanted.kind,
      title: wanted.title,
      description: wanted.description,
      state: 'open',
      priority: wanted.priority ?? 0,
      customer: customer && { name: customer.name, phone: customer.phone },
      conversation_id: wanted.conversation_id ?? null,
      created_at: ago(minutesAgo),
      promised_at: ago(minutesAgo - promisedInHours * 60),
      updated_at: ago(minutesAgo),
      appointment: null,
    }
    this.tickets.set(number, {
      ticket,
      history: [{ at: ticket.created_at, actor, from: null, to: 'open', note: null }],
    })
    this.tell({ kind: 'ticket', data: ticket })
    return ticket
  }

  moveTicket(number: string, to: TicketState, note: string, actor = this.me.name): Ticket {
    const held = this.ticket(number)
    held.history.push({ at: ago(0), actor, from: held.ticket.state, to, note })
    held.ticket = { ...held.ticket, state: to, updated_at: ago(0) }
    this.tell({ kind: 'ticket', data: held.ticket })
    return held.ticket
  }

  ticket(number: string): { ticket: Ticket; history: TicketStep[] } {
    const held = this.tickets.get(number)
    if (held === undefined) throw new Refused(404, 'not_found', '没有这个工单。')
    return held
  }

  setPresence(presence: Presence): void {
    this.presence = presence
    this.tell({
      kind: 'presence',
      data: { agent: { id: this.me.id, name: this.me.name, presence }, online_agents: presence === 'online' ? 3 : 2 },
    })
  }

  private mine(id: string): Held {
    const held = this.held(id)
    if (held.summary.owner !== 'agent' || held.summary.agent?.id !== this.me.id) {
      throw new Refused(409, 'stale', '这个会话刚刚被其他人处理了。')
    }
    return held
  }

  private held(id: string): Held {
    const held = this.conversations.get(id)
    if (held === undefined) throw new Refused(404, 'not_found', '没有找到。')
    return held
  }

  private tell(told: DeskNews): void {
    const event: DeskEvent = { type: 'event', id: this.events.length + 1, ...structuredClone(told) }
    this.events.push(event)
    for (const listener of this.listeners) listener(event)
  }
}

export const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()
