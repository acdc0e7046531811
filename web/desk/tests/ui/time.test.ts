import { afterEach, describe, expect, it } from 'vitest'

import { setLanguage } from '@/i18n'
import { clockOf, dayName, elapsed, momentOf, urgency } from '@/ui/time'

const at = (iso: string): number => Date.parse(iso)

describe('times', () => {
  afterEach(() => setLanguage('zh'))

  it('are those of the operator’s place, whatever the computer’s zone', () => {
    expect(clockOf('2026-03-01T16:30:00Z')).toBe('00:30')
    expect(dayName('2026-03-01T16:30:00Z', at('2026-03-02T03:00:00Z'))).toBe('今天')
  })

  it('are as short as they can be', () => {
    const now = at('2026-03-02T03:00:00Z')
    expect(momentOf('2026-03-02T01:05:00Z', now)).toBe('09:05')
    expect(momentOf('2026-03-01T01:05:00Z', now)).toBe('昨天 09:05')
    expect(momentOf('2026-02-20T01:05:00Z', now)).toBe('2月20日 09:05')
    expect(momentOf('2025-02-20T01:05:00Z', now)).toBe('2025年2月20日 09:05')
    setLanguage('en')
    expect(momentOf('2026-02-20T01:05:00Z', now)).toBe('20 Feb 09:05')
  })
})

describe('elapsed', () => {
  const since = '2026-03-01T00:00:00Z'
  it.each([
    [-5, '0:00'],
    [7, '0:07'],
    [760, '12:40'],
    [11_100, '3:05:00'],
    [2 * 86_400 + 4 * 3600, '2 天 4 小时'],
  ])('of %i seconds is %s', (seconds, text) => {
    expect(elapsed(since, at(since) + seconds * 1000)).toBe(text)
  })
})

it('a wait becomes pressing after half a minute and late after two', () => {
  const since = '2026-03-01T00:00:00Z'
  expect([29, 30, 119, 120].map((seconds) => urgency(since, at(since) + seconds * 1000))).toEqual([
    'calm',
    'soon',
    'soon',
    'late',
  ])
})
