import { describe, expect, it } from 'vitest'

import { reduce } from '@/live/reduce'
import { listsOf, matches, ticketsOf, unansweredSince, unreadOf } from '@/live/select'
import { type DeskState, fromSnapshot } from '@/live/state'

import { message, mine, snapshot, summary, ticket } from '../make'

function opened(one = mine({ seq: 9 }), ...messages: ReturnType<typeof message>[]): DeskState {
  const detail = { conversation: one, messages, collected: {}, actions: [], tickets: [], orders: [] }
  return reduce(fromSnapshot(snapshot({ conversations: [one] })), { type: 'opened', detail })
}

describe('listsOf', () => {
  it('orders the queue by priority, then by who came first', () => {
    const wait = (id: string, priority: number, waiting_since: string) =>
      summary({ id, owner: 'queue', priority, waiting_since })
    const state = fromSnapshot(
      snapshot({
        conversations: [
          wait('late', 0, '2026-03-01T01:05:00Z'),
          wait('early', 0, '2026-03-01T01:01:00Z'),
          wait('senior', 2, '2026-03-01T01:09:00Z'),
        ],
      }),
    )
    expect(listsOf(state).waiting.map((one) => one.id)).toEqual(['senior', 'early', 'late'])
  })

  it('files conversations by their owner', () => {
    const other = { id: 'x', name: '陈' }
    const state = fromSnapshot(
      snapshot({
        conversations: [
          summary({ id: 'bot' }),
          mine({ id: 'mine' }),
          summary({ id: 'theirs', owner: 'agent', agent: other }),
          summary({ id: 'gone', owner: 'closed' }),
        ],
      }),
    )
    const { waiting, mine: ours, bot, others } = listsOf(state)
    expect([waiting, ours, bot, others].map((list) => list.map((one) => one.id))).toEqual([
      [],
      ['mine'],
      ['bot'],
      ['theirs'],
    ])
  })
})

describe('unreadOf', () => {
  it('counts the customer’s messages after the last one seen', () => {
    const state = opened(mine({ seq: 4 }), message(1), message(2), message(3, { role: 'bot' }), message(4))
    expect(unreadOf(state, 'c1', 1)).toBe(2)
    expect(unreadOf(state, 'c1', 4)).toBe(0)
  })

  it('takes what a person has answered as seen', () => {
    const state = opened(mine({ seq: 3 }), message(1), message(2, { role: 'agent' }), message(3))
    expect(unreadOf(state, 'c1', 0)).toBe(1)
  })

  it('knows at least that there is something, without the transcript', () => {
    const last = { role: 'customer' as const, text: '在吗', at: '2026-03-01T01:00:00Z' }
    const state = fromSnapshot(snapshot({ conversations: [mine({ seq: 5, last_message: last })] }))
    expect(unreadOf(state, 'c1', 2)).toBe(1)
    expect(unreadOf(state, 'c1', 5)).toBe(0)
  })
})

describe('unansweredSince', () => {
  const one = mine({ seq: 9 })
  const joined = message(2, { role: 'system', agent_name: '王晓琳' })

  it('runs from the joining while the agent has said nothing', () => {
    expect(unansweredSince(opened(one, message(1), joined), one)).toBe(joined.sent_at)
  })

  it('is over when the agent has spoken, and begins with the customer’s next message', () => {
    const answered = [message(1), joined, message(3, { role: 'agent' })]
    expect(unansweredSince(opened(one, ...answered), one)).toBeNull()
    const again = opened(one, ...answered, message(4), message(5))
    expect(unansweredSince(again, one)).toBe(message(4).sent_at)
  })
})

describe('matches', () => {
  const one = summary({
    customer: { name: '马*涛', phone: '138****3319', verified: true, senior: false },
    last_message: { role: 'customer', text: '宽带断了', at: '2026-03-01T01:00:00Z' },
  })

  it('wants every word, in any field', () => {
    expect(matches(one, '3319 宽带')).toBe(true)
    expect(matches(one, '3319 话费')).toBe(false)
    expect(matches(one, '投诉', '投诉')).toBe(true)
  })
})

it('ticketsOf gives a conversation’s tickets, newest first', () => {
  const tickets = [
    ticket('GD1', { conversation_id: 'c1', created_at: '2026-03-01T01:00:00Z' }),
    ticket('GD2', { conversation_id: 'c1', created_at: '2026-03-01T02:00:00Z' }),
    ticket('GD3', { conversation_id: 'c2' }),
  ]
  const state = reduce(fromSnapshot(snapshot()), { type: 'tickets', tickets })
  expect(ticketsOf(state, 'c1').map((one) => one.number)).toEqual(['GD2', 'GD1'])
})
