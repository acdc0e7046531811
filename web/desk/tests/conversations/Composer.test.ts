import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'

import type { Reach } from '@/api/types'
import Composer from '@/conversations/Composer.vue'
import { startClock } from '@/ui/clock'

import { mount, press, settled, type, unmountAll } from '../mount'

function compose(text = '', reach: Reach | null = null) {
  const draft = ref(text)
  const sent: string[] = []
  const typing: boolean[] = []
  const root = mount(
    defineComponent(
      () => () =>
        h(Composer, {
          modelValue: draft.value,
          reach,
          'onUpdate:modelValue': (value: string) => {
            draft.value = value
          },
          onSend: (value: string) => sent.push(value),
          onTyping: (on: boolean) => typing.push(on),
        }),
    ),
  )
  return { draft, sent, typing, box: root.querySelector('textarea')!, root }
}

describe('Composer', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    unmountAll()
    vi.useRealTimers()
  })

  it('sends on Enter, without the white space around', async () => {
    const { box, sent } = compose()
    type(box, '  您好\n ')
    await settled()
    expect(press(box, 'Enter').defaultPrevented).toBe(true)
    expect(sent).toEqual(['您好'])
  })

  it('makes a new line on Shift+Enter', async () => {
    const { box, sent } = compose('您好')
    await settled()
    expect(press(box, 'Enter', { shiftKey: true }).defaultPrevented).toBe(false)
    expect(sent).toEqual([])
  })

  it('leaves Enter to the input method while it composes', async () => {
    const { box, sent } = compose('nihao')
    await settled()
    press(box, 'Enter', { isComposing: true })
    // Safari: composing has just ended, and the key that ended it comes after.
    press(box, 'Enter', { keyCode: 229 })
    expect(sent).toEqual([])
  })

  it('sends no empty and no overlong text, and says how much too long it is', async () => {
    const { box, sent, root } = compose()
    type(box, ' \n ')
    await settled()
    press(box, 'Enter')
    type(box, '好'.repeat(2003))
    await settled()
    press(box, 'Enter')
    expect(sent).toEqual([])
    expect(root.querySelector('[role=alert]')!.textContent).toContain('3')
    expect(root.querySelector('button')!.disabled).toBe(true)
  })

  it('counts an emoji as one character, as the server does', async () => {
    const { box, sent } = compose()
    type(box, '😀'.repeat(2000))
    await settled()
    press(box, 'Enter')
    expect(sent).toHaveLength(1)
  })

  it('tells that somebody types now and then, and when it stops', async () => {
    const { box, typing } = compose()
    type(box, '您')
    type(box, '您好')
    expect(typing).toEqual([true])
    await vi.advanceTimersByTimeAsync(3_000)
    type(box, '您好，')
    expect(typing).toEqual([true, true])
    await vi.advanceTimersByTimeAsync(5_000)
    expect(typing).toEqual([true, true, false])
  })

  it('has stopped typing when the text is sent or the box is left', async () => {
    const { box, typing } = compose()
    type(box, '您好')
    await settled()
    press(box, 'Enter')
    box.dispatchEvent(new Event('blur'))
    expect(typing).toEqual([true, false])
  })

  it('says how many messages may still be sent, until when, and how many bytes the draft has', async () => {
    vi.setSystemTime(new Date('2026-11-30T02:00:00Z'))
    startClock()()
    const reach = { left: 3, until: '2026-12-02T02:00:00Z', waiting: 0, bytes: 2000 }
    const { root, box } = compose('', reach)
    const note = root.querySelector('[data-reach]')!
    expect(note.textContent).toContain('3')
    expect(note.textContent).not.toContain('2000')
    type(box, '您好😀')
    await settled()
    expect(note.textContent).toContain('10/2000')
    type(box, '好'.repeat(700))
    await settled()
    expect(note.textContent).toContain('2100/2000')
    expect(note.textContent).toContain('约分 2 条')
  })

  it('says that nothing may be sent, once the time is over or the number used up', () => {
    vi.setSystemTime(new Date('2026-11-30T02:00:00Z'))
    startClock()()
    const none = [
      { left: 0, until: null, waiting: 2, bytes: 2000 },
      { left: 3, until: '2026-11-30T01:59:59Z', waiting: 2, bytes: 2000 },
    ]
    for (const reach of none) {
      const note = compose('', reach).root.querySelector('[data-reach]')!
      expect(note.classList).toContain('none')
      expect(note.textContent).toContain('2 条待送达')
    }
  })

  it('says nothing of it where nothing is counted', () => {
    expect(compose().root.querySelector('[data-reach]')).toBeNull()
  })
})
