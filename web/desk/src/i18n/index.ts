import { readonly, ref } from 'vue'

import { en } from './en'
import { zh } from './zh'

export type Language = 'zh' | 'en'
export type Key = keyof typeof zh

/** The names of the blanks in a sentence: `'已等 {time}'` has `time`. */
type Blanks<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Blanks<Rest> : never
type Values<K extends Key> = Record<Blanks<(typeof zh)[K]>, string | number>

const STORED = 'xiaoxun.language'
const sentences: Record<Language, Record<Key, string>> = { zh, en }
const current = ref<Language>(stored())

/** The language people read now. */
export const language = readonly(current)

/** The sentence for `key`; the compiler asks for every blank it has. Reactive when read in a template. */
export function t<K extends Key>(
  key: K,
  ...[values]: [Blanks<(typeof zh)[K]>] extends [never] ? [] : [Values<K>]
): string {
  const sentence = sentences[current.value][key]
  if (values === undefined) return sentence
  const blanks: Record<string, string | number> = values
  return sentence.replace(/\{(\w+)\}/g, (blank, name: string) => String(blanks[name] ?? blank))
}

export function setLanguage(chosen: Language): void {
  current.value = chosen
  document.documentElement.lang = chosen === 'zh' ? 'zh-CN' : 'en'
  try {
    localStorage.setItem(STORED, chosen)
  } catch {
    // Storage is off: the choice lasts as long as the page.
  }
}

function stored(): Language {
  try {
    return localStorage.getItem(STORED) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}
