import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  add,
  emptyOutbox,
  nextToSend,
  type Outbox,
  pendingOf,
  restored,
  retry,
  retryTemporary,
  settle,
  update,
} from '@/live/outbox'

import { ME, message } from '../make'

const reply = (clientId: string, text = '好的', afterSeq = 0, conversationId = 'c1') => ({
  clientId,
  conversationId,
  text,
  afterSeq,
  at: '2026-03-01T01:00:00Z',
})
const said = (seq: number, text: string, client_id: string | null = null) =>
  message(seq, { role: 'agent', agent_name: ME.name, text, client_id })
const ids = (outbox: Outbox): string[] => outbox.pending.map((one) => one.clientId)
const failed = { status: 'failed', problem: { code: 'network', message: '', temporary: true } } as const

describe('nextToSend', () => {
  it('sends one at a time in each conversation', () => {
    let outbox = add(add(add(emptyOutbox, reply('a')), reply('b')), reply('x', '喂', 0, 'c2'))
    expect(nextToSend(outbox, 'c1')?.clientId).toBe('a')
    outbox = update(outbox, 'a', { status: 'sending' })
    expect(nextToSend(outbox, 'c1')).toBeNull()
    expect(nextToSend(outbox, 'c2')?.clientId).toBe('x')
    outbox = update(outbox, 'a', { status: 'sent', ackSeq: 3 })
    expect(nextToSend(outbox, 'c1')?.clientId).toBe('b')
  })

  it('lets nothing overtake one that failed', () => {
    const outbox = update(add(add(emptyOutbox, reply('a')), reply('b')), 'a', failed)
    expect(nextToSend(outbox, 'c1')).toBeNull()
    expect(nextToSend(retry(outbox, 'a'), 'c1')?.clientId).toBe('a')
  })

  it('tries again by itself only what may succeed', () => {
    let outbox = update(add(add(emptyOutbox, reply('a')), reply('b')), 'a', failed)
    outbox = update(outbox, 'b', { status: 'failed', problem: { code: 'stale', message: '', temporary: false } })
    expect(retryTemporary(outbox).pending.map((one) => one.status)).toEqual(['queued', 'failed'])
  })
})

describe('settle', () => {
  it('drops a reply by its client id, and no other with the same words', () => {
    const outbox = add(add(emptyOutbox, reply('a')), reply('b'))
    expect(ids(settle(outbox, 'c1', [said(1, '好的', 'b')], ME.name))).toEqual(['a'])
  })

  it('without client ids takes each message for one reply, in order', () => {
    let outbox = add(add(emptyOutbox, reply('a')), reply('b'))
    outbox = settle(outbox, 'c1', [said(1, '好的')], ME.name)
    expect(ids(outbox)).toEqual(['b'])
    outbox = settle(outbox, 'c1', [said(1, '好的'), message(2)], ME.name)
    expect(ids(outbox)).toEqual(['b'])
    outbox = settle(outbox, 'c1', [said(1, '好的'), message(2), said(3, '好的')], ME.name)
    expect(ids(outbox)).toEqual([])
  })

  it('takes no message from before for the reply', () => {
    const outbox = add(emptyOutbox, reply('a', '好的', 5))
    expect(ids(settle(outbox, 'c1', [said(4, '好的')], ME.name))).toEqual(['a'])
  })

  it('drops a stored reply once the transcript has got that far, whatever the server made of its words', () => {
    const outbox = update(add(emptyOutbox, reply('a', ' 好的 ')), 'a', { status: 'sent', ackSeq: 6 })
    expect(ids(settle(outbox, 'c1', [said(5, '早')], ME.name))).toEqual(['a'])
    expect(ids(settle(outbox, 'c1', [said(6, '好的', 'zzz')], ME.name))).toEqual([])
  })

  it('never drops a reply that the transcript does not show', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 }), fc.nat(6), (words, stored) => {
        let outbox = words.reduce((box, word, at) => add(box, reply(`r${at}`, word)), emptyOutbox)
        const shown = words.slice(0, stored).map((word, at) => said(at + 1, word))
        for (let n = 1; n <= shown.length; n += 1) outbox = settle(outbox, 'c1', shown.slice(0, n), ME.name)
        expect(ids(outbox)).toEqual(words.map((_, at) => `r${at}`).slice(shown.length))
      }),
    )
  })
})

it('after a reload sends what was under way again, with the same id', () => {
  const before = update(
    update(add(add(emptyOutbox, reply('a')), reply('b')), 'a', { status: 'sent', ackSeq: 1 }),
    'b',
    {
      status: 'sending',
    },
  )
  const after = restored(before.pending)
  expect(pendingOf(after, 'c1').map((one) => [one.clientId, one.status])).toEqual([['b', 'queued']])
})
