import type { Ticket, TicketState } from '@/api/types'

/** All states, in the order of a ticket's life. */
export const ticketStates = [
  'open',
  'assigned',
  'in_progress',
  'waiting_customer',
  'resolved',
  'closed',
  'cancelled',
] as const satisfies readonly TicketState[]

/**
 * Where a ticket can go from each state, the usual way first. The server has the last word
 * (`care/tickets/lifecycle.py`); this only keeps the desk from offering what it would refuse.
 */
const next: Record<TicketState, readonly TicketState[]> = {
  open: ['assigned', 'in_progress', 'waiting_customer', 'resolved', 'cancelled'],
  assigned: ['in_progress', 'waiting_customer', 'resolved', 'open', 'cancelled'],
  in_progress: ['resolved', 'waiting_customer', 'cancelled'],
  waiting_customer: ['in_progress', 'resolved', 'cancelled'],
  resolved: ['closed', 'in_progress'],
  closed: [],
  cancelled: [],
}

export const nextStates = (state: TicketState): readonly TicketState[] => next[state]

/** Somebody still has to do something about it. */
export const isOpen = (ticket: Ticket): boolean => !['resolved', 'closed', 'cancelled'].includes(ticket.state)

/** Past its promised time, and not settled. */
export function isOverdue(ticket: Ticket, now: number): boolean {
  return ticket.promised_at !== null && isOpen(ticket) && Date.parse(ticket.promised_at) < now
}

const tones = {
  open: 'warn',
  assigned: 'brand',
  in_progress: 'brand',
  waiting_customer: 'bot',
  resolved: 'ok',
  closed: 'quiet',
  cancelled: 'quiet',
} as const satisfies Record<TicketState, string>

/** The colour of a state's tag. */
export const toneOf = (state: TicketState): (typeof tones)[TicketState] => tones[state]
