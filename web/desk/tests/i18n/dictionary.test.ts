import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import { type Key, setLanguage, t } from '@/i18n'
import { en } from '@/i18n/en'
import { zh } from '@/i18n/zh'

const blanks = (sentence: string): string[] => (sentence.match(/\{\w+\}/g) ?? []).sort()
const keys = Object.keys(zh) as Key[]

/** The text of all files of the pages, but for the dictionary itself. */
function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'i18n')
    .map((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? sources(path) : readFileSync(path, 'utf8')
    })
    .join('\n')
}

describe('the dictionary', () => {
  afterEach(() => setLanguage('zh'))

  it('has the same blanks in both languages', () => {
    for (const key of keys) expect([key, blanks(en[key])]).toEqual([key, blanks(zh[key])])
  })

  it('holds no sentence that nobody says', () => {
    const text = sources('src') + sources('../studio/src')
    const composed = [...text.matchAll(/t\(`([\w.]+)\$\{/g)].map((match) => match[1]!)
    const unused = keys.filter((key) => !text.includes(`'${key}'`) && !composed.some((start) => key.startsWith(start)))
    expect(unused).toEqual([])
  })

  it('fills the blanks, in the language that is chosen', () => {
    expect(t('item.waited', { time: '0:42' })).toBe('已等 0:42')
    setLanguage('en')
    expect(t('item.waited', { time: '0:42' })).toBe('waited 0:42')
    expect(document.documentElement.lang).toBe('en')
  })
})
