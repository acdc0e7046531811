import type { ConversationSummary, DeskSnapshot, Message, Ticket } from '@/api/types'

/** Things of the contract with everything filled in, for tests to change what matters to them. */
export const ME = { id: 'me', name: '王晓琳', role: 'agent' }

export function summary(fields: Partial<ConversationSummary> = {}): ConversationSummary {
  return {
    id: 'c1',
    owner: 'bot',
    epoch: 1,
    seq: 0,
    agent: null,
    channel: 'web',
    customer: null,
    reason: null,
    priority: 0,
    waiting_since: null,
    opened_at: '2026-03-01T01:00:00Z',
    last_message: null,
    ...fields,
  }
}

export const mine = (fields: Partial<ConversationSummary> = {}): ConversationSummary =>
  summary({ owner: 'agent', agent: { id: ME.id, name: ME.name }, ...fields })

export function message(seq: number, fields: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    seq,
    role: 'customer',
    text: `第 ${seq} 句`,
    buttons: [],
    image: null,
    custom: null,
    channel: 'web',
    agent_name: null,
    sent_at: new Date(Date.UTC(2026, 2, 1, 1, 0, seq)).toISOString(),
    withdrawn: false,
    understanding: null,
    client_id: null,
    ...fields,
  }
}

export function ticket(number: string, fields: Partial<Ticket> = {}): Ticket {
  return {
    number,
    kind: 'follow_up',
    title: '回电',
    description: '',
    state: 'open',
    priority: 0,
    customer: null,
    conversation_id: null,
    created_at: '2026-03-01T01:00:00Z',
    promised_at: '2026-03-02T01:00:00Z',
    updated_at: '2026-03-01T01:00:00Z',
    appointment: null,
    ...fields,
  }
}

export function snapshot(fields: Partial<DeskSnapshot> = {}): DeskSnapshot {
  return { event_id: 0, agent: { ...ME, presence: 'online' }, conversations: [], online_agents: 1, ...fields }
}
