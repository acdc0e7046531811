import { afterEach, describe, expect, it } from 'vitest'

import type { Message } from '@/api/types'
import MessageBubble from '@/conversations/MessageBubble.vue'

import { message } from '../make'
import { mount, settled, unmountAll } from '../mount'

const show = (fields: Partial<Message>, via: string | null = 'web'): HTMLElement =>
  mount(MessageBubble, { message: message(1, fields), follows: false, via, customer: '马*涛', channel: 'web' })

describe('MessageBubble', () => {
  afterEach(unmountAll)

  it('shows what was said as text, whatever it looks like', () => {
    const text = '<img src=x onerror=alert(1)><script>alert(2)</script>\n第二行'
    const root = show({ text })
    expect(root.querySelector('.text')!.textContent).toBe(text)
    expect(root.querySelectorAll('img, script')).toHaveLength(0)
  })

  it('marks what was never delivered', () => {
    const root = show({ role: 'bot', withdrawn: true, text: '已办理' })
    expect(root.querySelector('article')!.classList).toContain('withdrawn')
    expect(root.textContent).toContain('未送达')
  })

  it('names the channel of a message that came another way', () => {
    expect(show({}, 'wechat').textContent).toContain('微信')
    expect(show({}, 'web').textContent).not.toContain('网页')
    expect(show({ role: 'agent', channel: 'desk' }, 'wechat').textContent).toContain('微信')
    expect(show({ role: 'agent', channel: 'desk' }, null).textContent).not.toContain('坐席台')
  })

  it('names the channel of each message where the customer writes from several', () => {
    const root = mount(MessageBubble, {
      message: message(1, { channel: 'web' }),
      follows: false,
      via: 'web',
      customer: '马*涛',
      channel: 'web',
      several: true,
    })
    expect(root.textContent).toContain('网页')
  })

  it('loads no picture from elsewhere', () => {
    expect(show({ image: 'https://tracker.example/x.png' }).querySelector('img')).toBeNull()
    expect(show({ image: '/media/x.png' }).querySelector('img')).not.toBeNull()
  })

  it('marks the transcript of a voice message as such', () => {
    expect(show({ role: 'customer', text: '查话费', custom: { spoken: true } }).textContent).toContain('语音转文字')
    expect(show({ role: 'customer', text: '查话费' }).textContent).not.toContain('语音转文字')
  })

  it('says that a voice message is still being made out', () => {
    const root = show({ role: 'customer', text: '[语音]', custom: { spoken: true, hearing: true } })
    expect(root.textContent).toContain('语音识别中')
    expect(root.textContent).not.toContain('语音转文字')
  })

  it('unfolds what the bot understood', async () => {
    const root = show({
      understanding: {
        intent: 'query_bill',
        confidence: 0.874,
        ranking: [
          { name: 'query_bill', confidence: 0.874 },
          { name: 'query_balance', confidence: 0.1 },
        ],
        entities: [{ entity: 'month', value: '2026-02', text: '上个月' }],
      },
    })
    const chip = root.querySelector<HTMLButtonElement>('.chips')!
    expect(chip.textContent).toContain('查账单')
    expect(chip.textContent).toContain('87%')
    expect(chip.textContent).toContain('上个月')
    chip.click()
    await settled()
    const detail = root.querySelector('.detail')!
    expect(detail.textContent).toContain('查余额')
    expect(detail.textContent).toContain('2026-02')
    expect(chip.getAttribute('aria-expanded')).toBe('true')
  })
})
