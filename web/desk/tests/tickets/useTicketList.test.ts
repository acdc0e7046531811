import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'

import type { DeskApi } from '@/api/desk'
import { ApiError } from '@/api/errors'
import type { TicketPage } from '@/api/types'
import { Desk } from '@/live/desk'
import { fromSnapshot } from '@/live/state'
import { isOverdue } from '@/tickets/ticketStates'
import { useTicketList } from '@/tickets/useTicketList'

import { ME, snapshot, ticket } from '../make'

let scope = effectScope()
afterEach(() => {
  scope.stop()
  scope = effectScope()
  vi.useRealTimers()
})
beforeEach(() => {
  vi.useFakeTimers()
})

function listing(active = true) {
  const tickets = vi.fn(async (): Promise<TicketPage> => ({ tickets: [ticket('GD2'), ticket('GD1')], total: 2 }))
  const api = { tickets } as unknown as DeskApi
  const desk = new Desk({ api, agent: ME, storage: sessionStorage })
  desk.state.value = fromSnapshot(snapshot())
  const open = ref(active)
  const list = scope.run(() => useTicketList(desk, api, open))!
  const drain = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1000)
  return { list, tickets, desk, open, drain }
}

it('asks once, and again when a ticket is new or has moved', async () => {
  const { list, tickets, desk, drain } = listing()
  await drain()
  expect(tickets).toHaveBeenCalledTimes(1)
  expect(list.tickets.value.map((one) => one.number)).toEqual(['GD2', 'GD1'])
  const moved = ticket('GD1', { state: 'resolved', updated_at: '2026-03-01T09:00:00Z' })
  desk.change({ type: 'event', event: { type: 'event', id: 1, kind: 'ticket', data: moved } })
  expect(list.tickets.value[1]!.state).toBe('resolved')
  await drain()
  expect(tickets).toHaveBeenCalledTimes(2)
})

it('asks nothing while nobody looks', async () => {
  const { tickets, open, drain } = listing(false)
  await drain()
  expect(tickets).not.toHaveBeenCalled()
  open.value = true
  await nextTick()
  await drain()
  expect(tickets).toHaveBeenCalledTimes(1)
})

it('goes back to the first page with another filter, and asks once', async () => {
  const { list, tickets, drain } = listing()
  list.page.value = 3
  await drain()
  tickets.mockClear()
  list.filter.value = 'open'
  await drain()
  expect(tickets.mock.calls).toEqual([['open', 1]])
})

it('keeps what it shows when the server cannot be asked', async () => {
  const { list, tickets, drain } = listing()
  await drain()
  tickets.mockRejectedValueOnce(new ApiError(0, 'network', ''))
  await list.load()
  expect(list.problem.value?.code).toBe('network')
  expect(list.tickets.value).toHaveLength(2)
})

it('a ticket is overdue only while somebody has to do something about it', () => {
  const late = Date.parse('2026-03-03T00:00:00Z')
  expect(isOverdue(ticket('GD1'), late)).toBe(true)
  expect(isOverdue(ticket('GD1', { state: 'resolved' }), late)).toBe(false)
  expect(isOverdue(ticket('GD1'), Date.parse('2026-03-01T02:00:00Z'))).toBe(false)
})
