import { describe, expect, it } from 'vitest'

import type { Order } from '@/api/types'
import { reduce } from '@/live/reduce'
import { fromSnapshot } from '@/live/state'

import { snapshot, summary } from '../make'

const offered: Order = {
  name: '畅享159',
  state: 'offered',
  number: null,
  text: '号码尾号8001由「畅享129」改为「畅享159」',
  text_hash: 'ab'.repeat(32),
  by_agent: true,
  method: null,
  channel: null,
  made_at: '2026-03-02T02:00:00Z',
  expires_at: '2026-03-02T02:30:00Z',
  agreed_at: null,
}

describe('orders of a conversation', () => {
  it('are those of the newest answer', () => {
    const detail = { conversation: summary(), messages: [], collected: {}, actions: [], tickets: [] }
    const first = reduce(fromSnapshot(snapshot()), { type: 'opened', detail: { ...detail, orders: [offered] } })
    expect(first.transcripts[summary().id]?.orders).toEqual([offered])
    const placed: Order = { ...offered, state: 'placed', number: 'ABCD1234', method: 'one_time_code' }
    const then = reduce(first, { type: 'opened', detail: { ...detail, orders: [placed] } })
    expect(then.transcripts[summary().id]?.orders).toEqual([placed])
  })
})
