import { afterEach, describe, expect, it } from 'vitest'

import { shortcutOf } from '@/shell/shortcuts'
import { titleOf } from '@/shell/useAttention'

import { press } from '../mount'

function shortcut(key: string, more: KeyboardEventInit = {}, within: HTMLElement = document.body) {
  document.body.append(within === document.body ? document.createElement('i') : within)
  return shortcutOf(press(within, key, more))
}

describe('shortcutOf', () => {
  afterEach(() => document.body.replaceChildren())

  it('goes by the place of the key, since Alt makes another letter of it on a Mac', () => {
    expect(shortcut('å', { altKey: true, code: 'KeyA' })).toBe('accept')
    expect(shortcut('ArrowUp', { altKey: true, code: 'ArrowUp' })).toBe('up')
  })

  it('works in the reply box with Alt, and only so', () => {
    const box = document.createElement('textarea')
    expect(shortcut('n', { altKey: true, code: 'KeyN' }, box)).toBe('next')
    expect(shortcut('?', {}, box)).toBeNull()
    expect(shortcut('/', {}, box)).toBeNull()
    expect(shortcut('?')).toBe('help')
    expect(shortcut('/')).toBe('filter')
  })

  it('leaves the keys of the browser and of the input method alone', () => {
    expect(shortcut('n', { altKey: true, ctrlKey: true, code: 'KeyN' })).toBeNull()
    expect(shortcut('n', { altKey: true, isComposing: true, code: 'KeyN' })).toBeNull()
    expect(shortcut('n')).toBeNull()
  })
})

it('the title tells who waits and whether somebody has written', () => {
  expect(titleOf('小讯坐席台', 0, 0)).toBe('小讯坐席台')
  expect(titleOf('小讯坐席台', 3, 0)).toBe('(3) 小讯坐席台')
  expect(titleOf('小讯坐席台', 3, 2)).toBe('(3) ● 小讯坐席台')
})
