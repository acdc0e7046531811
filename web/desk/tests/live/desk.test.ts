import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from '@/api/errors'
import type { ConversationDetail, ConversationSummary, DeskNews, DeskSnapshot } from '@/api/types'
import type { DeskApi } from '@/api/desk'
import { Desk } from '@/live/desk'
import type { Notice } from '@/live/notices'
import type { Socket } from '@/live/socket'

import { ME, message, mine, snapshot, summary } from '../make'

/** A server by hand: what it answers is changed by the test, what it is asked is on record. */
function server() {
  const state = {
    snapshot: snapshot({ event_id: 10, conversations: [mine({ seq: 1 })] }) as DeskSnapshot,
    detail: (id: string): ConversationDetail => ({
      conversation: state.snapshot.conversations.find((one) => one.id === id) ?? summary({ id }),
      messages: [message(1)],
      collected: {},
      actions: [],
      orders: [],
      tickets: [],
    }),
  }
  const api = {
    state: vi.fn(async () => structuredClone(state.snapshot)),
    me: vi.fn(async () => ({ agent: ME, csrf: 'x' })),
    conversation: vi.fn(async (id: string) => structuredClone(state.detail(id))),
    accept: vi.fn(async (id: string, epoch: number): Promise<ConversationSummary> => mine({ id, epoch: epoch + 1 })),
    reply: vi.fn(async (id: string): Promise<ConversationSummary> => mine({ id, seq: 2 })),
    setPresence: vi.fn(async (): Promise<unknown> => ({})),
    messagesBefore: vi.fn(async () => []),
  }
  const sockets: (Socket & { url: string })[] = []
  const openSocket = (url: string): Socket => {
    const socket = { url, readyState: 1, send: vi.fn(), close: vi.fn(), onopen: null, onmessage: null, onclose: null }
    sockets.push(socket)
    return socket
  }
  const desk = new Desk({ api: api as unknown as DeskApi, agent: ME, storage: sessionStorage, openSocket })
  desks.push(desk)
  const live = (): Socket => sockets.at(-1)!
  let number = state.snapshot.event_id
  return {
    api,
    desk,
    state,
    sockets,
    opens: () => live().onopen?.call(live() as never, new Event('open')),
    tells: (news: DeskNews) => {
      const data = JSON.stringify({ type: 'event', id: (number += 1), ...news })
      live().onmessage?.call(live() as never, new MessageEvent('message', { data }))
    },
    says: (frame: object) =>
      live().onmessage?.call(live() as never, new MessageEvent('message', { data: JSON.stringify(frame) })),
    breaks: (code = 1006) => live().onclose?.call(live() as never, { code } as CloseEvent),
  }
}

const desks: Desk[] = []
const drain = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

describe('Desk', () => {
  beforeEach(() => {
    sessionStorage.clear()
    vi.useFakeTimers()
  })
  afterEach(() => {
    desks.splice(0).forEach((desk) => desk.stop())
    vi.useRealTimers()
  })

  it('follows the events after the state that it has loaded', async () => {
    const { desk, sockets, opens, tells } = server()
    await desk.start()
    expect(sockets[0]!.url).toMatch(/\/desk\/ws\?after=10$/)
    opens()
    tells({ kind: 'conversation', data: summary({ id: 'c2', owner: 'queue' }) })
    expect(desk.lists.value.waiting.map((one) => one.id)).toEqual(['c2'])
    expect(desk.connection.value).toBe('live')
  })

  it('says that it could not begin, and can try again', async () => {
    const { desk, api } = server()
    api.state.mockRejectedValueOnce(new ApiError(0, 'network', ''))
    await desk.start()
    expect(desk.phase.value).toBe('failed')
    await desk.start()
    expect(desk.phase.value).toBe('ready')
  })

  it('loads the state anew when the server cannot go on from its last event', async () => {
    const { desk, api, state, sockets, opens, breaks } = server()
    await desk.start()
    opens()
    state.snapshot = snapshot({ event_id: 3 })
    breaks(4409)
    await vi.advanceTimersByTimeAsync(1000)
    expect(api.state).toHaveBeenCalledTimes(2)
    expect(sockets[1]!.url).toMatch(/after=3$/)
    expect(desk.lists.value.mine).toEqual([])
  })

  it('does so after a long cut as well, and replays after a short one', async () => {
    const { desk, api, opens, breaks } = server()
    await desk.start()
    opens()
    breaks()
    await vi.advanceTimersByTimeAsync(1000)
    opens()
    expect(api.state).toHaveBeenCalledTimes(1)
    api.me.mockRejectedValue(new ApiError(0, 'network', ''))
    breaks()
    await vi.advanceTimersByTimeAsync(6 * 60_000)
    api.me.mockResolvedValue({ agent: ME, csrf: 'x' })
    await vi.advanceTimersByTimeAsync(20_000)
    expect(api.state).toHaveBeenCalledTimes(2)
  })

  it('shows a reply at once, sends it, and shows it once when the event comes', async () => {
    const { desk, api, opens, tells } = server()
    await desk.start()
    opens()
    await desk.open('c1')
    desk.saveDraft('c1', '马上到')
    desk.send('c1', '马上到')
    expect(desk.drafts.c1).toBeUndefined()
    expect(desk.sending.outbox.value.pending.map((one) => one.status)).toEqual(['sending'])
    await drain()
    const clientId = String(api.reply.mock.calls[0]!.at(1))
    tells({
      kind: 'message',
      data: { conversation_id: 'c1', message: message(2, { role: 'agent', text: '马上到', client_id: clientId }) },
    })
    expect(desk.sending.outbox.value.pending).toEqual([])
  })

  it('keeps a reply that did not get through and sends it again, with the same id, once it is back', async () => {
    const { desk, api, opens, breaks } = server()
    await desk.start()
    opens()
    api.reply.mockRejectedValueOnce(new ApiError(0, 'network', ''))
    desk.send('c1', '一')
    desk.send('c1', '二')
    await drain()
    expect(desk.sending.outbox.value.pending.map((one) => one.status)).toEqual(['failed', 'queued'])
    breaks()
    await vi.advanceTimersByTimeAsync(1000)
    opens()
    await drain()
    const texts = api.reply.mock.calls.map((call) => (call as unknown[])[2])
    expect(texts).toEqual(['一', '一', '二'])
    const ids = api.reply.mock.calls.map((call) => (call as unknown[])[1])
    expect(ids[0]).toBe(ids[1])
  })

  it('has drafts and unsent replies again after the session was lost or the page reloaded', async () => {
    const first = server()
    await first.desk.start()
    first.desk.saveDraft('c1', '半句话')
    first.api.reply.mockRejectedValueOnce(new ApiError(401, 'unauthenticated', ''))
    first.desk.send('c2', '没发出')
    await drain()
    first.desk.stop()

    const second = server()
    expect(second.desk.drafts.c1).toBe('半句话')
    await second.desk.start()
    await drain()
    expect(second.api.reply.mock.calls.map((call) => (call as unknown[])[2])).toEqual(['没发出'])
  })

  it('leaves nothing behind for the next person when the agent signs out', async () => {
    const first = server()
    await first.desk.start()
    first.desk.saveDraft('c1', '半句话')
    first.desk.forget()
    expect(sessionStorage.length).toBe(0)
  })

  it('shows who has the customer before it says that somebody was faster', async () => {
    const { desk, api, state } = server()
    const waiting = summary({ id: 'c2', owner: 'queue', epoch: 2 })
    state.snapshot.conversations.push(waiting)
    await desk.start()
    const taken = summary({ id: 'c2', owner: 'agent', epoch: 3, agent: { id: 'x', name: '陈思远' } })
    state.snapshot.conversations[1] = taken
    api.accept.mockRejectedValueOnce(new ApiError(409, 'stale', '晚了'))
    await expect(desk.accept(waiting)).rejects.toMatchObject({ code: 'stale' })
    expect(desk.summary('c2')).toEqual(taken)
  })

  it('takes a presence back that the server refused', async () => {
    const { desk, api } = server()
    await desk.start()
    api.setPresence.mockRejectedValueOnce(new ApiError(503, 'unavailable', ''))
    await expect(desk.setPresence('away')).rejects.toMatchObject({ status: 503 })
    expect(desk.state.value!.me.presence).toBe('online')
  })

  it('counts unread until the agent has looked', async () => {
    const { desk, opens, tells } = server()
    await desk.start()
    opens()
    await drain()
    desk.markSeen('c1')
    tells({ kind: 'message', data: { conversation_id: 'c1', message: message(2) } })
    tells({ kind: 'conversation', data: mine({ seq: 2 }) })
    expect([desk.unread('c1'), desk.unreadTotal.value]).toEqual([1, 1])
    desk.markSeen('c1')
    expect(desk.unreadTotal.value).toBe(0)
  })

  it('shows typing until it ends, a message comes, or nothing is heard any more', async () => {
    const { desk, opens, tells, says } = server()
    await desk.start()
    opens()
    const typing = { type: 'typing', conversation_id: 'c1', role: 'customer', on: true }
    says(typing)
    expect(desk.typing.c1).toBe('customer')
    tells({ kind: 'message', data: { conversation_id: 'c1', message: message(2) } })
    expect(desk.typing.c1).toBeUndefined()
    says(typing)
    await vi.advanceTimersByTimeAsync(8_000)
    expect(desk.typing.c1).toBeUndefined()
  })

  it('tells its listeners what happened', async () => {
    const { desk, opens, tells } = server()
    await desk.start()
    opens()
    const heard: Notice[] = []
    const forget = desk.onNotice((notice) => heard.push(notice))
    tells({ kind: 'conversation', data: summary({ id: 'c9', owner: 'queue', epoch: 2 }) })
    forget()
    tells({ kind: 'conversation', data: summary({ id: 'c8', owner: 'queue', epoch: 2 }) })
    expect(heard.map((one) => one.conversation.id)).toEqual(['c9'])
  })

  it('looks again at what the bot collected once the bot has moved on', async () => {
    const { desk, api, opens, tells } = server()
    await desk.start()
    opens()
    await desk.open('c2')
    const before = api.conversation.mock.calls.length
    tells({ kind: 'message', data: { conversation_id: 'c2', message: message(2, { role: 'bot' }) } })
    tells({ kind: 'message', data: { conversation_id: 'c2', message: message(3, { role: 'bot' }) } })
    await vi.advanceTimersByTimeAsync(1000)
    expect(api.conversation.mock.calls.length).toBe(before + 1)
  })

  it('loads the messages anew, and has nothing unread, when two conversations of one customer became one', async () => {
    const { desk, api, state, opens, tells } = server()
    await desk.start()
    opens()
    await desk.open('c2')
    const held = desk.summary('c2')!
    desk.markSeen('c2')
    const merged = { ...held, base: 40, seq: 43 }
    const story = [
      message(41, { id: 'x1', text: '微信里说的', channel: 'wechat' }),
      message(42, { id: 'm1', text: '网页上说的' }),
      message(43, { id: 'm2', text: '又说的' }),
    ]
    const detail = state.detail('c2')
    api.conversation.mockImplementation(async () => ({ ...detail, conversation: merged, messages: story }))
    tells({ kind: 'conversation', data: merged })
    await drain()
    expect(desk.state.value!.transcripts['c2']!.messages.map((one) => one.id)).toEqual(['x1', 'm1', 'm2'])
    expect(desk.unread('c2')).toBe(0)
  })

  it('gives way when another agent has signed in in this browser', async () => {
    const onOtherAgent = vi.fn()
    const { api, breaks, opens, desk, sockets } = server()
    Object.assign((desk as unknown as { options: object }).options, { onOtherAgent })
    await desk.start()
    opens()
    api.me.mockResolvedValue({ agent: { ...ME, id: 'someone-else' }, csrf: 'y' })
    breaks()
    await vi.advanceTimersByTimeAsync(30_000)
    expect(onOtherAgent).toHaveBeenCalledOnce()
    expect(sockets).toHaveLength(1)
  })
})
