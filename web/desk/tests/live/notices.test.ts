import { expect, it } from 'vitest'

import type { DeskNews } from '@/api/types'
import { noticesOf } from '@/live/notices'
import { reduce } from '@/live/reduce'
import { type DeskState, fromSnapshot } from '@/live/state'

import { message, mine, snapshot, summary } from '../make'

function heard(before: DeskState, news: DeskNews): string[] {
  const event = { type: 'event' as const, id: before.eventId + 1, ...news }
  return noticesOf(before, reduce(before, { type: 'event', event }), event).map((one) => one.kind)
}

const withOne = (one = summary()): DeskState => fromSnapshot(snapshot({ conversations: [one] }))

it('tells of a customer who has begun to wait, once', () => {
  const waiting = summary({ owner: 'queue', epoch: 2 })
  expect(heard(withOne(), { kind: 'conversation', data: waiting })).toEqual(['waiting'])
  expect(heard(withOne(waiting), { kind: 'conversation', data: { ...waiting, seq: 1 } })).toEqual([])
})

it('tells of the messages of one’s own customers only', () => {
  const news: DeskNews = { kind: 'message', data: { conversation_id: 'c1', message: message(1) } }
  expect(heard(withOne(mine()), news)).toEqual(['message'])
  expect(heard(withOne(), news)).toEqual([])
})

it('does not tell again of a message that only changed', () => {
  let state = reduce(withOne(mine()), { type: 'opening', id: 'c1' })
  const news: DeskNews = { kind: 'message', data: { conversation_id: 'c1', message: message(1) } }
  state = reduce(state, { type: 'event', event: { type: 'event', id: 1, ...news } })
  expect(heard(state, news)).toEqual([])
})

it('tells when one’s own customer is with somebody else or back in the queue', () => {
  const other = summary({ owner: 'agent', agent: { id: 'x', name: '陈' }, epoch: 2 })
  expect(heard(withOne(mine()), { kind: 'conversation', data: other })).toEqual(['taken'])
  const queued = summary({ owner: 'queue', epoch: 2 })
  expect(heard(withOne(mine()), { kind: 'conversation', data: queued })).toEqual(['taken', 'waiting'])
})
