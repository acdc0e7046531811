import type { DeskFrame } from '@/api/types'

/** `live`: events arrive. `connecting`: the first attempt. `waiting`: cut off, the next attempt is set. */
export type Connection = 'connecting' | 'live' | 'waiting' | 'stopped'

/** The part of `WebSocket` that is used here. */
export type Socket = Pick<WebSocket, 'send' | 'close' | 'onopen' | 'onmessage' | 'onclose'> & {
  readonly readyState: number
}

export interface SocketOptions {
  /** The address to connect to now; asked anew for each attempt, since it names the last event seen. */
  url: () => string
  onFrame: (frame: DeskFrame) => void
  onConnection: (connection: Connection) => void
  /**
   * Called before each attempt after the first, with the code of the last close: is the session still good, and
   * is the state one to go on from? Whatever it throws means "not now". False ends the attempts.
   */
  mayResume: (closeCode: number | null) => Promise<boolean>
  open?: (url: string) => Socket
  random?: () => number
}

const FIRST_DELAY_MS = 500
const LAST_DELAY_MS = 15_000
const PING_EVERY_MS = 20_000
const SILENCE_MS = 45_000
const OPEN = 1

/** The server's close code for "there is no going on after that event: load the state anew". */
export const RELOAD = 4409

/** How long to wait before attempt number `attempt` (from 0); spread out so that a restart is not stormed. */
export function delayBefore(attempt: number, random: () => number): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** attempt, LAST_DELAY_MS)
  return full / 2 + (full / 2) * random()
}

/** Keeps one WebSocket to the server open, with back-off, and hands over its frames in order. */
export class Push {
  private socket: Socket | null = null
  private attempt = 0
  private stopped = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private pinger: ReturnType<typeof setInterval> | undefined
  private lastHeard = 0
  private answersPings = false
  private closeCode: number | null = null

  constructor(private readonly options: SocketOptions) {}

  start(): void {
    this.options.onConnection('connecting')
    this.connect()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    this.drop()
    this.options.onConnection('stopped')
  }

  /** Try at once: the browser says that the network is back, or the agent asks for it. */
  hurry(): void {
    if (this.stopped || this.socket !== null || this.timer === undefined) return
    this.attempt = 0
    this.schedule(0)
  }

  send(frame: object): void {
    if (this.socket?.readyState === OPEN) this.socket.send(JSON.stringify(frame))
  }

  private connect(): void {
    const open = this.options.open ?? ((url: string): Socket => new WebSocket(url))
    const socket = open(this.options.url())
    this.socket = socket
    this.answersPings = false
    socket.onopen = () => {
      this.attempt = 0
      this.closeCode = null
      this.lastHeard = Date.now()
      this.pinger = setInterval(() => this.ping(), PING_EVERY_MS)
      this.options.onConnection('live')
    }
    socket.onmessage = (message: MessageEvent) => this.receive(message.data)
    socket.onclose = (event: CloseEvent) => {
      if (this.socket !== socket) return
      // A failed attempt to come back says nothing new about why the connection ended.
      if (event.code !== 1006) this.closeCode = event.code
      this.drop()
      this.retry()
    }
  }

  private receive(data: unknown): void {
    this.lastHeard = Date.now()
    const frame = parsed(data)
    if (frame === null) return
    if (frame.type === 'pong') this.answersPings = true
    else this.options.onFrame(frame)
  }

  /** A connection that died without a word is found by its silence, where the server answers pings. */
  private ping(): void {
    if (this.answersPings && Date.now() - this.lastHeard > SILENCE_MS) {
      this.drop()
      this.retry()
      return
    }
    this.send({ type: 'ping' })
  }

  private retry(): void {
    if (this.stopped) return
    this.options.onConnection('waiting')
    this.schedule(delayBefore(this.attempt, this.options.random ?? Math.random))
    this.attempt += 1
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.resume(), delay)
  }

  private async resume(): Promise<void> {
    this.timer = undefined
    let may: boolean
    try {
      may = await this.options.mayResume(this.closeCode)
    } catch {
      this.retry()
      return
    }
    if (this.stopped || !may) return
    this.connect()
  }

  private drop(): void {
    clearInterval(this.pinger)
    const socket = this.socket
    this.socket = null
    if (socket === null) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }
}

function parsed(data: unknown): DeskFrame | null {
  if (typeof data !== 'string') return null
  try {
    const frame: unknown = JSON.parse(data)
    const known = typeof frame === 'object' && frame !== null && 'type' in frame
    return known ? (frame as DeskFrame) : null
  } catch {
    return null
  }
}
