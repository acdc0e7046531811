import { ApiError, errorOf } from './errors'

const TIMEOUT_MS = 15_000

export interface ClientOptions {
  fetch?: typeof fetch
  /** Called whenever the server no longer knows who we are, except while signing in. */
  onSignedOut?: () => void
  /** Called with the server's time of each answer that tells it. */
  onServerTime?: (at: Date) => void
}

/** JSON over HTTP with the session cookie and the CSRF token. Throws `ApiError` and nothing else. */
export class ApiClient {
  /** The token of the session; known after signing in or `GET /desk/me`. */
  csrf: string | null = null
  private readonly fetch: typeof fetch

  constructor(private readonly options: ClientOptions = {}) {
    this.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  }

  /** Asks the server for the session's token; called when it refused the one we have. */
  renew: (() => Promise<unknown>) | null = null

  get<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T> {
    const given = Object.entries(query).filter((pair): pair is [string, string | number] => pair[1] !== undefined)
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
    return this.call<T>('GET', search === '' ? path : `${path}?${search}`)
  }

  /** Sends JSON, or a file as it is. A token from before another tab signed in is renewed, and the call made again. */
  async post<T>(path: string, body: object = {}, { signingIn = false } = {}): Promise<T> {
    try {
      return await this.call<T>('POST', path, body, signingIn)
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'csrf') || signingIn || this.renew === null) throw error
      await this.renew()
      return this.call<T>('POST', path, body, signingIn)
    }
  }

  private async call<T>(method: string, path: string, body?: object, signingIn = false): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json' }
    const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' }
    if (body !== undefined) {
      const file = body instanceof Blob
      headers['Content-Type'] = file ? 'application/octet-stream' : 'application/json'
      if (this.csrf !== null) headers['X-CSRF-Token'] = this.csrf
      init.body = file ? body : JSON.stringify(body)
    }
    const response = await this.send(path, init)
    this.noteTime(response)
    if (!response.ok) {
      if (response.status === 401 && !signingIn) this.options.onSignedOut?.()
      throw await errorOf(response)
    }
    if (response.status === 204) return undefined as T
    try {
      return (await response.json()) as T
    } catch {
      throw new ApiError(response.status, 'not_json', '')
    }
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    try {
      return await this.fetch(path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
    } catch (error) {
      const timedOut = error instanceof DOMException && error.name === 'TimeoutError'
      throw new ApiError(0, timedOut ? 'timeout' : 'network', '')
    }
  }

  private noteTime(response: Response): void {
    const told = Date.parse(response.headers.get('Date') ?? '')
    if (!Number.isNaN(told)) this.options.onServerTime?.(new Date(told))
  }
}
