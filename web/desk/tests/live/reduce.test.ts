import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { ConversationSummary, DeskEvent, DeskNews, DeskSnapshot, Message, Owner, Ticket } from '@/api/types'
import { reduce } from '@/live/reduce'
import { type DeskState, fromSnapshot, PAGE } from '@/live/state'

import { ME, message, mine, snapshot, summary, ticket } from '../make'

const event = (id: number, news: DeskNews): DeskEvent => ({ type: 'event', id, ...news })
const apply = (state: DeskState, ...events: DeskEvent[]): DeskState =>
  events.reduce((before, one) => reduce(before, { type: 'event', event: one }), state)

/** A server in the small: it changes, numbers what it tells, and can give a snapshot at any time. */
class Server {
  readonly events: DeskEvent[] = []
  private readonly conversations = new Map<string, ConversationSummary>()
  private readonly messages = new Map<string, Message[]>()
  private readonly tickets = new Map<string, Ticket>()
  private online = 1

  step(kind: number, which: number): void {
    const id = `c${which % 3}`
    const held = this.conversations.get(id) ?? summary({ id })
    if (kind < 3) this.say(held)
    else if (kind < 6) this.give(held, (['bot', 'queue', 'agent', 'closed'] as const)[(kind + which) % 4]!)
    else if (kind === 6) this.moveTicket(`GD${which % 2}`)
    else this.come()
  }

  snapshot(): DeskSnapshot {
    const open = [...this.conversations.values()].filter((one) => one.owner !== 'closed')
    return snapshot({ event_id: this.events.length, conversations: open, online_agents: this.online })
  }

  transcript(id: string): Message[] {
    return [...(this.messages.get(id) ?? [])]
  }

  allTickets(): Ticket[] {
    return [...this.tickets.values()]
  }

  private say(held: ConversationSummary): void {
    const said = message(held.seq + 1, { id: `${held.id}-${held.seq + 1}` })
    this.messages.set(held.id, [...this.transcript(held.id), said])
    this.tell({ kind: 'message', data: { conversation_id: held.id, message: said } })
    const last = { role: said.role, text: said.text, at: said.sent_at }
    this.keep({ ...held, seq: said.seq, last_message: last })
  }

  private give(held: ConversationSummary, owner: Owner): void {
    this.keep({ ...held, owner, epoch: held.epoch + 1, agent: owner === 'agent' ? ME : null })
  }

  private keep(one: ConversationSummary): void {
    this.conversations.set(one.id, one)
    this.tell({ kind: 'conversation', data: one })
  }

  private moveTicket(number: string): void {
    const at = new Date(Date.UTC(2026, 2, 1, 2, 0, this.events.length)).toISOString()
    const moved = ticket(number, { state: 'in_progress', updated_at: at })
    this.tickets.set(number, moved)
    this.tell({ kind: 'ticket', data: moved })
  }

  private come(): void {
    this.online += 1
    const agent = { id: 'other', name: '陈', presence: 'online' as const }
    this.tell({ kind: 'presence', data: { agent, online_agents: this.online } })
  }

  private tell(news: DeskNews): void {
    this.events.push(structuredClone(event(this.events.length + 1, news)))
  }
}

const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.nat(5)), { maxLength: 40 })

describe('state and events', () => {
  it('make the state that the server would give afresh, wherever one begins and whatever comes twice', () => {
    fc.assert(
      fc.property(steps, fc.nat(), fc.array(fc.nat(), { maxLength: 20 }), (walk, begin, repeats) => {
        const server = new Server()
        const start = walk.length === 0 ? 0 : begin % walk.length
        walk.slice(0, start).forEach(([kind, which]) => server.step(kind, which))
        let state = fromSnapshot(server.snapshot())
        walk.slice(start).forEach(([kind, which]) => server.step(kind, which))

        for (const one of server.events) {
          state = apply(state, one)
          // A resumed connection may send old events again.
          for (const back of repeats) state = apply(state, server.events[back % one.id]!)
        }

        const fresh = fromSnapshot(server.snapshot())
        expect({ ...state, transcripts: {}, tickets: {} }).toEqual(fresh)
      }),
    )
  })

  it('keep an opened transcript complete, whenever its load was answered', () => {
    fc.assert(
      fc.property(steps, fc.nat(), fc.nat(), (walk, opening, answering) => {
        const server = new Server()
        let state = fromSnapshot(server.snapshot())
        const id = 'c0'
        const opensAt = opening % (walk.length + 1)
        const answersAt = opensAt + (answering % (walk.length + 1 - opensAt))
        let read: Message[] = []
        let told = 0
        for (let at = 0; at <= walk.length; at += 1) {
          if (at === opensAt) {
            state = reduce(state, { type: 'opening', id })
            // Read now, answered later: what happens in between comes as events only.
            read = server.transcript(id)
          }
          if (at === answersAt) {
            const detail = { conversation: summary({ id }), messages: read, collected: {}, actions: [], tickets: [], orders: [] }
            state = reduce(state, { type: 'opened', detail })
          }
          const next = walk[at]
          if (next !== undefined) server.step(...next)
          for (const one of server.events.slice(told)) state = apply(state, one)
          told = server.events.length
        }
        expect(state.transcripts[id]!.messages).toEqual(server.transcript(id))
        expect(Object.values(state.tickets)).toEqual(expect.arrayContaining(server.allTickets()))
      }),
    )
  })
})

describe('reduce', () => {
  it('ignores an event that it has seen', () => {
    const state = fromSnapshot(snapshot({ event_id: 7 }))
    expect(apply(state, event(7, { kind: 'conversation', data: summary() }))).toBe(state)
  })

  it('counts the number of an event it does not understand', () => {
    const unknown = { type: 'event', id: 3, kind: 'weather', data: {} } as unknown as DeskEvent
    const state = apply(fromSnapshot(snapshot()), unknown)
    expect(state.eventId).toBe(3)
  })

  it('lets no event from before replace the answer to a command', () => {
    const waiting = summary({ owner: 'queue', epoch: 2, seq: 4 })
    const state = reduce(fromSnapshot(snapshot({ conversations: [waiting] })), {
      type: 'summary',
      summary: mine({ epoch: 3, seq: 5 }),
    })
    const late = apply(state, event(1, { kind: 'conversation', data: waiting }))
    expect(late.conversations.c1!.owner).toBe('agent')
    expect(late.eventId).toBe(1)
  })

  it('takes a closed conversation off the lists and keeps its transcript', () => {
    let state = fromSnapshot(snapshot({ conversations: [mine({ epoch: 3 })] }))
    state = reduce(state, { type: 'opening', id: 'c1' })
    state = apply(state, event(1, { kind: 'conversation', data: summary({ owner: 'closed', epoch: 4 }) }))
    expect(state.conversations).toEqual({})
    expect(state.transcripts.c1!.conversation!.owner).toBe('closed')
  })

  it('shows what became of a message: the same id replaces it', () => {
    let state = reduce(fromSnapshot(snapshot({ conversations: [summary()] })), { type: 'opening', id: 'c1' })
    state = apply(
      state,
      event(1, { kind: 'message', data: { conversation_id: 'c1', message: message(1) } }),
      event(2, { kind: 'message', data: { conversation_id: 'c1', message: message(2) } }),
      event(3, { kind: 'message', data: { conversation_id: 'c1', message: message(1, { withdrawn: true }) } }),
    )
    expect(state.transcripts.c1!.messages.map((one) => [one.seq, one.withdrawn])).toEqual([
      [1, true],
      [2, false],
    ])
  })

  it('puts earlier messages in front and knows when the beginning is there', () => {
    const many = Array.from({ length: PAGE }, (_, at) => message(at + 101))
    const detail = { conversation: summary(), messages: many, collected: {}, actions: [], tickets: [], orders: [] }
    let state = reduce(fromSnapshot(snapshot()), { type: 'opened', detail })
    expect(state.transcripts.c1!.complete).toBe(false)
    state = reduce(state, { type: 'earlier', id: 'c1', messages: [message(1), message(2)] })
    expect(state.transcripts.c1!.complete).toBe(true)
    expect(state.transcripts.c1!.messages.slice(0, 3).map((one) => one.seq)).toEqual([1, 2, 101])
  })

  it('keeps the order when a conversation is loaded again after earlier messages were', () => {
    const detail = (...messages: Message[]) => ({
      type: 'opened' as const,
      detail: { conversation: summary(), messages, collected: {}, actions: [], tickets: [], orders: [] },
    })
    let state = reduce(fromSnapshot(snapshot()), detail(message(3), message(4)))
    state = reduce(state, { type: 'earlier', id: 'c1', messages: [message(1), message(2)] })
    state = reduce(state, detail(message(4), message(5)))
    expect(state.transcripts.c1!.messages.map((one) => one.seq)).toEqual([1, 2, 3, 4, 5])
  })

  it('keeps the newer of two tickets, whichever comes last', () => {
    const newer = ticket('GD1', { state: 'resolved', updated_at: '2026-03-01T05:00:00Z' })
    let state = apply(fromSnapshot(snapshot()), event(1, { kind: 'ticket', data: newer }))
    state = reduce(state, { type: 'tickets', tickets: [ticket('GD1')] })
    expect(state.tickets.GD1!.state).toBe('resolved')
  })

  it('tells my own presence from that of others', () => {
    const away = { agent: { id: ME.id, name: ME.name, presence: 'away' as const }, online_agents: 0 }
    const other = { agent: { id: 'x', name: '陈', presence: 'online' as const }, online_agents: 4 }
    const state = apply(
      fromSnapshot(snapshot()),
      event(1, { kind: 'presence', data: away }),
      event(2, { kind: 'presence', data: other }),
    )
    expect(state.me.presence).toBe('away')
    expect(state.onlineAgents).toBe(4)
  })
})
