import { describe, expect, it } from 'vitest'

import { linesOf } from '@/conversations/stretches'
import { dayOf } from '@/ui/time'

import { message } from '../make'

const kinds = (...messages: Parameters<typeof message>[]): string[] =>
  linesOf(
    messages.map(([seq, fields]) => message(seq, fields)),
    dayOf,
  )
    .filter((line) => line.kind !== 'day')
    .map((line) => (line.kind === 'message' ? `${line.message.role}${line.human ? ' (human)' : ''}` : line.kind))

describe('linesOf', () => {
  it('marks the human stretch where the service says so', () => {
    expect(
      kinds(
        [1],
        [2, { role: 'bot' }],
        [3, { role: 'system', agent_name: '王', text: '客服王已接入' }],
        [4, { role: 'agent', agent_name: '王' }],
        [5],
        [6, { role: 'system', text: '人工服务已结束' }],
        [7],
      ),
    ).toEqual(['customer', 'bot', 'human-start', 'agent (human)', 'customer (human)', 'human-end', 'customer'])
  })

  it('finds it from who speaks where the marks are missing', () => {
    expect(kinds([1, { role: 'agent', agent_name: '王' }], [2], [3, { role: 'bot' }])).toEqual([
      'human-start',
      'agent (human)',
      'customer (human)',
      'human-end',
      'bot',
    ])
  })

  it('does not end it by a reply of the bot that was never delivered', () => {
    expect(kinds([1, { role: 'agent', agent_name: '王' }], [2, { role: 'bot', withdrawn: true }])).toEqual([
      'human-start',
      'agent (human)',
      'bot (human)',
    ])
  })

  it('keeps other words of the service as notes', () => {
    expect(kinds([1, { role: 'system', text: '让您久等了' }])).toEqual(['note'])
  })

  it('knows where the words of an agent went: to the customer’s last channel', () => {
    const agent = { role: 'agent', channel: 'desk', agent_name: '王' } as const
    const lines = linesOf(
      [
        message(1, agent),
        message(2, { channel: 'wechat' }),
        message(3, agent),
        message(4, { channel: 'web' }),
        message(5, agent),
        message(6, agent),
      ],
      dayOf,
    )
    const shown = lines.flatMap((line) => (line.kind === 'message' ? [[line.via, line.follows]] : []))
    expect(shown).toEqual([
      [null, false],
      ['wechat', false],
      ['wechat', false],
      ['web', false],
      ['web', false],
      ['web', true],
    ])
  })

  it('begins each day by the operator’s clock with a mark', () => {
    const lines = linesOf(
      [message(1, { sent_at: '2026-03-01T15:59:00Z' }), message(2, { sent_at: '2026-03-01T16:01:00Z' })],
      dayOf,
    )
    expect(lines.map((line) => line.kind)).toEqual(['day', 'message', 'day', 'message'])
  })

  it('puts messages of one speaker together for a few minutes', () => {
    const follows = linesOf(
      [
        message(1, { sent_at: '2026-03-01T01:00:00Z' }),
        message(2, { sent_at: '2026-03-01T01:01:00Z' }),
        message(3, { sent_at: '2026-03-01T01:09:00Z' }),
        message(4, { sent_at: '2026-03-01T01:09:10Z', channel: 'wechat' }),
      ],
      dayOf,
    ).flatMap((line) => (line.kind === 'message' ? [line.follows] : []))
    expect(follows).toEqual([false, true, false, false])
  })
})
