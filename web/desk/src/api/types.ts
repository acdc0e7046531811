/**
 * What the care server says on `/desk` and `/studio`, by the names of its HTTP contract.
 *
 * Written by hand until the server's OpenAPI document names these schemas; then `npm run types` generates
 * `openapi.d.ts` and each line here becomes `components['schemas'][…]`. The rest of the code imports from here only.
 * Times are ISO 8601 in UTC; `ui/time.ts` turns them into what people read.
 */

export type Owner = 'bot' | 'queue' | 'agent' | 'closed'
export type Role = 'customer' | 'bot' | 'agent' | 'system'
export type Presence = 'online' | 'away' | 'offline'

export interface Agent {
  id: string
  name: string
  role: string
}

/** The agent who is signed in, and the token that every changing call carries. */
export interface SignedIn {
  agent: Agent
  csrf: string
}

/** Masked by the server: the desk never sees a whole number or name. */
export interface Customer {
  name: string | null
  phone: string | null
  verified: boolean
  senior: boolean
}

export interface LastMessage {
  role: Role
  text: string | null
  at: string
}

/** How a customer who has to be called may be reached: so many messages until a moment, each of so many bytes. */
export interface Reach {
  left: number
  until: string | null
  /** Messages that may not be sent now; they go with the customer's next one. */
  waiting: number
  bytes: number
}

export interface ConversationSummary {
  id: string
  owner: Owner
  /** Grows with each change of the owner; sent back with accept and take-over. */
  epoch: number
  /** The number of the newest message. */
  seq: number
  /** Numbers up to this one are of an earlier log: the messages are read anew. */
  base?: number
  /** The conversation that has the messages now: its customer turned out to be the same. */
  merged_into?: string | null
  agent: { id: string; name: string } | null
  channel: string
  customer: Customer | null
  reason: string | null
  /** 0 is normal; a higher number goes first. */
  priority: number
  waiting_since: string | null
  opened_at: string
  last_message: LastMessage | null
  /** On channels that count what may be sent. */
  reach?: Reach | null
}

export interface Button {
  index: number
  title: string
}

export interface RankedIntent {
  name: string
  confidence: number
}

export interface EntityFound {
  entity: string
  value: unknown
  text: string | null
}

export interface Understanding {
  intent: string
  confidence: number
  ranking: RankedIntent[]
  entities: EntityFound[]
}

export interface Message {
  id: string
  seq: number
  role: Role
  text: string | null
  buttons: Button[]
  image: string | null
  custom: Record<string, unknown> | null
  channel: string
  agent_name: string | null
  sent_at: string
  /** Stored, and never delivered: the owner had changed before it was said. */
  withdrawn: boolean
  understanding: Understanding | null
  /** The sender's own id, where the server tells it: it ties a reply to the one still being sent. */
  client_id?: string | null
}

export interface ActionOutcome {
  name: string
  ok: boolean
  at: string
}

export type TicketState = 'open' | 'assigned' | 'in_progress' | 'waiting_customer' | 'resolved' | 'closed' | 'cancelled'

/** When an engineer comes for a ticket. `over`: the time has passed. */
export interface TicketAppointment {
  number: string
  starts_at: string
  ends_at: string
  state: 'booked' | 'over' | 'held' | 'cancelled'
}

export interface Ticket {
  number: string
  kind: string
  title: string
  description: string
  state: TicketState
  priority: number
  /** Which group of people it is for; null: whoever is free. */
  skill?: string | null
  customer: Pick<Customer, 'name' | 'phone'> | null
  conversation_id: string | null
  created_at: string
  promised_at: string | null
  updated_at: string
  appointment: TicketAppointment | null
}

export interface TicketStep {
  at: string
  actor: string
  from: TicketState | null
  to: TicketState
  note: string | null
}

export interface TicketWithHistory extends Ticket {
  history: TicketStep[]
}

export interface NewTicket {
  kind: string
  title: string
  description: string
  conversation_id?: string
  priority?: number
}

export interface TicketPage {
  tickets: Ticket[]
  total: number
}

/** What the bot collected, as the agent reads it: label and value. */
export type Collected = Record<string, unknown>

/** An order with its proof of consent, or an agent's offer that waits for it (`state` is then `offered`). */
export interface Order {
  name: string
  state: string
  number: string | null
  /** The very words that were agreed to, and their SHA-256. */
  text: string
  text_hash: string
  by_agent: boolean
  method: string | null
  channel: string | null
  made_at: string
  expires_at: string
  agreed_at: string | null
}

/** One thing that may be offered to the customer now. */
export interface Orderable {
  kind: string
  params: Record<string, string>
  title: string
}

export interface ConversationDetail {
  conversation: ConversationSummary
  messages: Message[]
  collected: Collected
  actions: ActionOutcome[]
  tickets: Ticket[]
  orders: Order[]
}

export interface DeskSnapshot {
  event_id: number
  agent: Agent & { presence: Presence }
  conversations: ConversationSummary[]
  online_agents: number
}

/** An agent has come, gone or stepped away. */
export interface PresenceChange {
  agent: { id: string; name: string; presence: Presence }
  online_agents: number
}

/** What an event tells: the thing as it is now. */
export type DeskNews =
  | { kind: 'conversation'; data: ConversationSummary }
  | { kind: 'message'; data: { conversation_id: string; message: Message } }
  | { kind: 'ticket'; data: Ticket }
  | { kind: 'presence'; data: PresenceChange }

export type DeskEvent = { type: 'event'; id: number } & DeskNews

export interface TypingFrame {
  type: 'typing'
  conversation_id: string
  role: Role
  on: boolean
}

export type DeskFrame = DeskEvent | TypingFrame | { type: 'pong' }
