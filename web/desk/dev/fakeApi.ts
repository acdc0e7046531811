import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Plugin, ViteDevServer } from 'vite'
import { WebSocketServer } from 'ws'

import type { NewTicket, TicketState } from '../src/api/types.ts'
import { peopledWorld } from './people.ts'
import { Refused, type World } from './world.ts'

const PASSWORD = 'demo'
const CSRF = 'fake-csrf'
const COOKIE = 'fake_session=1'

interface Call {
  world: World
  path: string[]
  query: URLSearchParams
  body: Record<string, unknown>
}

type Answer = { status?: number; body?: unknown; cookie?: string }

/**
 * A care server in memory for `npm run dev:fake`: log in with any name and the password `demo`. Customers answer
 * a few seconds after an agent's reply. It keeps to the HTTP contract, and to nothing else of the real server.
 */
export function fakeApi(): Plugin {
  return { name: 'xiaoxun-fake-api', apply: 'serve', configureServer: serve }
}

function serve(server: ViteDevServer): void {
  const world = peopledWorld()
  let failures = 0

  server.middlewares.use((request, response, next) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    if (
      !/^\/(desk\/(login|logout|me|state|conversations|presence|tickets)|studio\/model)/.test(url.pathname)
    ) {
      next()
      return
    }
    void read(request).then((body) => {
      const call: Call = { world, path: url.pathname.split('/').slice(1), query: url.searchParams, body }
      try {
        if (url.pathname === '/desk/login') {
          failures = body.password === PASSWORD ? 0 : failures + 1
          write(response, signIn(body.password === PASSWORD, failures, world))
          return
        }
        if (!(request.headers.cookie ?? '').includes(COOKIE)) throw new Refused(401, 'unauthenticated', '请先登录。')
        if (request.method === 'POST' && request.headers['x-csrf-token'] !== CSRF) {
          throw new Refused(403, 'forbidden', '没有权限这样操作。')
        }
        write(response, request.method === 'POST' ? post(call) : get(call))
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        write(response, { status: error.status, body: { error: { code: error.code, message: error.message } } })
      }
    })
  })

  const sockets = new WebSocketServer({ noServer: true })
  server.httpServer?.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    if (url.pathname !== '/desk/ws') return
    sockets.handleUpgrade(request, socket, head, (client) => {
      const after = Number(url.searchParams.get('after') ?? 0)
      for (const event of world.events.slice(after)) client.send(JSON.stringify(event))
      const forget = world.listen((event) => client.send(JSON.stringify(event)))
      client.on('message', (data) => {
        if (String(data).includes('"ping"')) client.send('{"type":"pong"}')
      })
      client.on('close', forget)
    })
  })
}

function signIn(right: boolean, failures: number, world: World): Answer {
  if (failures > 5)
    return { status: 429, body: { error: { code: 'locked', message: '登录失败次数太多。', retry_after: 300 } } }
  if (!right) throw new Refused(401, 'unauthenticated', '用户名或密码不对。')
  return { body: { agent: world.me, csrf: CSRF }, cookie: `${COOKIE}; Path=/; HttpOnly; SameSite=Strict` }
}

function get({ world, path, query }: Call): Answer {
  const [area, kind, id, part] = path
  if (area === 'studio') return { body: { name: '20260301-081500', trained_at: '2026-03-01T00:15:00Z' } }
  if (kind === 'me') return { body: { agent: world.me, csrf: CSRF } }
  if (kind === 'state') return { body: world.snapshot() }
  if (kind === 'conversations' && id && part === 'messages') {
    return { body: { messages: world.before(id, Number(query.get('before')), Number(query.get('limit') ?? 50)) } }
  }
  if (kind === 'conversations' && id) return { body: world.detail(id) }
  if (kind === 'tickets' && id) {
    const { ticket, history } = world.ticket(id)
    return { body: { ...ticket, history } }
  }
  const state = query.get('state')
  const tickets = [...world.tickets.values()]
    .map((one) => one.ticket)
    .filter((one) => state === null || one.state === state)
  return { body: { tickets: tickets.reverse(), total: tickets.length } }
}

function post({ world, path, body }: Call): Answer {
  const [, kind, id, verb] = path
  if (kind === 'logout') return { status: 204, cookie: 'fake_session=; Path=/; Max-Age=0' }
  if (kind === 'presence') {
    world.setPresence(body.status === 'away' ? 'away' : 'online')
    return { body: {} }
  }
  if (kind === 'tickets' && id) return { body: world.moveTicket(id, body.to as TicketState, String(body.note ?? '')) }
  if (kind === 'tickets') return { status: 201, body: world.openTicket(body as unknown as NewTicket, world.me.name) }
  return { body: act(world, id ?? '', verb ?? '', body) }
}

function act(world: World, id: string, verb: string, body: Record<string, unknown>): unknown {
  if (verb === 'accept' || verb === 'takeover') return world.take(id, Number(body.epoch))
  if (verb === 'handback') return world.leave(id, 'bot', '人工服务已结束，小讯（AI 助手）回来了，有问题继续问我。')
  if (verb === 'close') return world.leave(id, 'closed', '本次人工服务已结束，感谢您的耐心。')
  setTimeout(() => world.say(id, { role: 'customer', text: '好的，谢谢' }), 4_000)
  return world.reply(id, String(body.client_id), String(body.text))
}

async function read(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

function write(response: ServerResponse, { status = 200, body, cookie }: Answer): void {
  response.statusCode = status
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  if (cookie !== undefined) response.setHeader('Set-Cookie', cookie)
  response.end(body === undefined ? '' : JSON.stringify(body))
}
