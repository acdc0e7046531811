import { describe, expect, it, vi } from 'vitest'

import { ApiClient } from '@/api/client'
import { DeskApi } from '@/api/desk'
import { ApiError } from '@/api/errors'

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(body === undefined ? null : JSON.stringify(body), { status, headers })
const refusal = (status: number, code: string, more: object = {}): Response =>
  json({ error: { code, message: '不行', ...more } }, status)

function client(...answers: (Response | Error)[]) {
  const fetch = vi.fn(async (_path: string, _init: RequestInit) => {
    const answer = answers.shift()
    if (answer === undefined) throw new Error('no answer prepared')
    if (answer instanceof Error) throw answer
    return answer
  })
  const onSignedOut = vi.fn()
  const http = new ApiClient({ fetch: fetch as unknown as typeof globalThis.fetch, onSignedOut })
  return { api: new DeskApi(http), http, fetch, onSignedOut }
}
const sentHeaders = (fetch: ReturnType<typeof client>['fetch'], call: number) =>
  fetch.mock.calls[call]![1].headers as Record<string, string>
const failure = (call: Promise<unknown>): Promise<ApiError> =>
  call.then(
    () => Promise.reject(),
    (error) => error,
  )

describe('ApiClient', () => {
  it('carries the token of the session in every changing call, and in no other', async () => {
    const { api, fetch } = client(json({ agent: {}, csrf: 'abc' }), json({}), json({}))
    await api.signIn('wang', 'secret')
    await api.accept('c1', 3)
    await api.state()
    expect(sentHeaders(fetch, 0)['X-CSRF-Token']).toBeUndefined()
    expect(sentHeaders(fetch, 1)['X-CSRF-Token']).toBe('abc')
    expect(JSON.parse(String(fetch.mock.calls[1]![1].body))).toEqual({ epoch: 3 })
    expect(sentHeaders(fetch, 2)['X-CSRF-Token']).toBeUndefined()
  })

  it('sends a picture as it is', async () => {
    const { api, http, fetch } = client(json({}))
    http.csrf = 'abc'
    const picture = new Blob(['x'], { type: 'image/png' })
    await api.showPicture('c1', 'id 1', picture)
    expect(fetch.mock.calls[0]![0]).toBe('/desk/conversations/c1/picture?client_id=id%201')
    expect(fetch.mock.calls[0]![1].body).toBe(picture)
    expect(sentHeaders(fetch, 0)['Content-Type']).toBe('application/octet-stream')
    expect(sentHeaders(fetch, 0)['X-CSRF-Token']).toBe('abc')
  })

  it('renews a token that another tab has replaced, and repeats the call once', async () => {
    const { api, http, fetch } = client(refusal(403, 'csrf'), json({ agent: {}, csrf: 'new' }), json({}))
    http.csrf = 'old'
    await api.close('c1')
    expect(fetch.mock.calls.map(([path]) => path)).toEqual([
      '/desk/conversations/c1/close',
      '/desk/me',
      '/desk/conversations/c1/close',
    ])
    expect(sentHeaders(fetch, 2)['X-CSRF-Token']).toBe('new')
  })

  it('tells of a lost session wherever it shows, but not of a wrong password', async () => {
    const { api, onSignedOut } = client(refusal(401, 'wrong_login'), refusal(401, 'unauthenticated'))
    expect((await failure(api.signIn('wang', 'x'))).code).toBe('wrong_login')
    expect(onSignedOut).not.toHaveBeenCalled()
    await failure(api.reply('c1', 'id', '你好'))
    expect(onSignedOut).toHaveBeenCalledOnce()
  })

  it('gives the server’s code, sentence and time to wait', async () => {
    const { api } = client(refusal(429, 'locked', { retry_after: 300 }))
    const error = await failure(api.signIn('wang', 'x'))
    expect([error.status, error.code, error.message, error.retryAfter]).toEqual([429, 'locked', '不行', 300])
  })

  it('tells apart what may be tried again', async () => {
    const { api } = client(new TypeError('offline'), new Response('<html>', { status: 502 }), refusal(409, 'stale'))
    const [offline, gateway, stale] = [
      await failure(api.state()),
      await failure(api.state()),
      await failure(api.state()),
    ]
    expect([offline.status, offline.code, offline.temporary]).toEqual([0, 'network', true])
    expect([gateway.status, gateway.code, gateway.temporary]).toEqual([502, 'http_502', true])
    expect(stale.temporary).toBe(false)
  })

  it('takes no page for an answer', async () => {
    const { api } = client(new Response('<html>', { status: 200 }))
    expect((await failure(api.state())).code).toBe('not_json')
  })

  it('puts into the address only what was given, and safely', async () => {
    const { api, fetch } = client(json({}), json({ messages: [] }))
    await api.tickets(undefined, 2)
    await api.messagesBefore('a/b', 10, 50)
    expect(fetch.mock.calls.map(([path]) => path)).toEqual([
      '/desk/tickets?page=2',
      '/desk/conversations/a%2Fb/messages?before=10&limit=50',
    ])
  })
})
