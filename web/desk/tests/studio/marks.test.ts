import fc from 'fast-check'
import { expect, it } from 'vitest'

import { mark, piecesOf, plainOf, unmark } from '../../../studio/src/parts/marks'

it('reads marks in both of Rasa\'s forms', () => {
  expect(piecesOf('查[上个月](month)的[流量包]{"entity": "addon", "value": "x"}')).toEqual([
    { text: '查', entity: null },
    { text: '上个月', entity: 'month' },
    { text: '的', entity: null },
    { text: '流量包', entity: 'addon' },
  ])
  expect(plainOf('查[上个月](month)账单')).toBe('查上个月账单')
})

it('marks what is selected and takes the mark away again', () => {
  expect(mark('查上个月账单', 1, 4, 'month')).toBe('查[上个月](month)账单')
  expect(unmark('查[上个月](month)账单', 3)).toBe('查上个月账单')
  expect(unmark('查[上个月](month)账单', 0)).toBe('查[上个月](month)账单')
})

it('refuses nothing, blanks, and what reaches into a mark', () => {
  expect(mark('查上个月', 2, 2, 'month')).toBeNull()
  expect(mark('查  月', 1, 3, 'month')).toBeNull()
  expect(mark('查[上个月](month)账单', 0, 4, 'month')).toBeNull()
})

it('marking changes no word, wherever it is done', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.nat(20), fc.nat(20), (text, start, end) => {
      const words = text.replace(/[[\](){}]/g, '')
      const marked = mark(words, Math.min(start, end), Math.max(start, end), 'month')
      if (marked !== null) expect(plainOf(marked)).toBe(words)
    }),
  )
})
