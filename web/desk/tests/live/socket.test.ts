import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { DeskFrame } from '@/api/types'
import { type Connection, delayBefore, Push, type Socket, type SocketOptions } from '@/live/socket'

class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  readyState = 1
  readonly sent: string[] = []
  closed = false

  constructor(readonly url: string) {}

  send(data: string): void {
    this.sent.push(data)
  }

  close(): void {
    this.closed = true
  }

  opens(): void {
    this.onopen?.call(this as never, new Event('open'))
  }

  says(data: unknown): void {
    this.onmessage?.call(this as never, new MessageEvent('message', { data }))
  }

  breaks(code = 1006): void {
    this.onclose?.call(this as never, { code } as CloseEvent)
  }
}

const started: Push[] = []

function pushing(options: Partial<SocketOptions> = {}) {
  const sockets: FakeSocket[] = []
  const frames: DeskFrame[] = []
  const states: Connection[] = []
  let after = 0
  const push = new Push({
    url: () => `/desk/ws?after=${after}`,
    onFrame: (frame) => {
      frames.push(frame)
      if (frame.type === 'event') after = frame.id
    },
    onConnection: (state) => states.push(state),
    mayResume: () => Promise.resolve(true),
    open: (url) => {
      const socket = new FakeSocket(url)
      sockets.push(socket)
      return socket
    },
    random: () => 1,
    ...options,
  })
  started.push(push)
  push.start()
  return { push, sockets, frames, states }
}

const eventFrame = (id: number): string =>
  JSON.stringify({ type: 'event', id, kind: 'presence', data: { agent: {}, online_agents: 1 } })

describe('Push', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    started.splice(0).forEach((push) => push.stop())
    vi.useRealTimers()
  })

  it('goes on after the last event once the connection is back', async () => {
    const { sockets, states } = pushing()
    sockets[0]!.opens()
    sockets[0]!.says(eventFrame(41))
    sockets[0]!.breaks()
    await vi.advanceTimersByTimeAsync(500)
    expect(sockets[1]!.url).toBe('/desk/ws?after=41')
    sockets[1]!.opens()
    expect(states).toEqual(['connecting', 'live', 'waiting', 'live'])
  })

  it('waits longer each time, up to a limit, and anew after a success', async () => {
    const { sockets } = pushing()
    const waits = [500, 1000, 2000, 4000, 8000, 15_000, 15_000]
    for (const [at, wait] of waits.entries()) {
      sockets.at(-1)!.breaks()
      await vi.advanceTimersByTimeAsync(wait - 1)
      expect(sockets).toHaveLength(at + 1)
      await vi.advanceTimersByTimeAsync(1)
      expect(sockets).toHaveLength(at + 2)
    }
    sockets.at(-1)!.opens()
    sockets.at(-1)!.breaks()
    await vi.advanceTimersByTimeAsync(500)
    expect(sockets).toHaveLength(waits.length + 2)
  })

  it('keeps trying while the server cannot be asked, and ends when it says no', async () => {
    const answers = [() => Promise.reject(new Error('down')), () => Promise.resolve(false)]
    const mayResume = vi.fn(() => answers.shift()!())
    const { sockets } = pushing({ mayResume })
    sockets[0]!.breaks()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(mayResume).toHaveBeenCalledTimes(2)
    expect(sockets).toHaveLength(1)
  })

  it('says why the connection ended, even when the first attempts to come back fail', async () => {
    const mayResume = vi.fn(() => Promise.resolve(true))
    const { sockets } = pushing({ mayResume })
    sockets[0]!.opens()
    sockets[0]!.breaks(4409)
    await vi.advanceTimersByTimeAsync(500)
    expect(mayResume).toHaveBeenLastCalledWith(4409)
    sockets[1]!.breaks(1006)
    await vi.advanceTimersByTimeAsync(1000)
    expect(mayResume).toHaveBeenLastCalledWith(4409)
  })

  it('finds a dead connection by its silence, where the server answers pings', async () => {
    const { sockets, states } = pushing()
    sockets[0]!.opens()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(sockets[0]!.sent).toEqual(['{"type":"ping"}'])
    sockets[0]!.says('{"type":"pong"}')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sockets[0]!.closed).toBe(true)
    expect(states).toContain('waiting')
  })

  it('goes at once when it is told to hurry', async () => {
    const { push, sockets } = pushing()
    for (let n = 0; n < 5; n += 1) {
      sockets.at(-1)!.breaks()
      await vi.advanceTimersByTimeAsync(15_000)
    }
    sockets.at(-1)!.breaks()
    const before = sockets.length
    push.hurry()
    await vi.advanceTimersByTimeAsync(0)
    expect(sockets).toHaveLength(before + 1)
  })

  it('hears nothing of a connection that it has given up', () => {
    const { push, sockets, frames } = pushing()
    sockets[0]!.opens()
    push.stop()
    sockets[0]!.says(eventFrame(1))
    expect(frames).toEqual([])
    expect(sockets[0]!.closed).toBe(true)
  })

  it('passes over what is no frame', () => {
    const { sockets, frames } = pushing()
    sockets[0]!.opens()
    for (const data of ['not json', '12', 'null', new ArrayBuffer(2), '{"type":"pong"}']) sockets[0]!.says(data)
    expect(frames).toEqual([])
  })
})

it('delayBefore spreads attempts over half of the wait', () => {
  expect(delayBefore(2, () => 0)).toBe(1000)
  expect(delayBefore(2, () => 1)).toBe(2000)
  expect(delayBefore(40, () => 1)).toBe(15_000)
})
