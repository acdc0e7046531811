/** A call that did not succeed. `status` is 0 when no answer came at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly status: number,
    /** The server's code (`stale`, `not_found`, …), or `network` or `timeout`. */
    readonly code: string,
    /** A sentence for the agent, as the server wrote it; empty when there was no answer. */
    message: string,
    readonly retryAfter: number | null = null,
    /** What else the server says of it (`files`, `findings`, …). */
    readonly data: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
  }

  /** The same call may succeed when it is simply made again. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

/** The error in an answer of the server, or of whatever stands before it. */
export async function errorOf(response: Response): Promise<ApiError> {
  let code = `http_${response.status}`
  let message = ''
  let retryAfter = seconds(response.headers.get('Retry-After'))
  let data: Record<string, unknown> = {}
  try {
    const body: unknown = await response.json()
    const error = (body as { error?: Record<string, unknown> }).error
    if (typeof error?.code === 'string') code = error.code
    if (typeof error?.message === 'string') message = error.message
    if (typeof error?.retry_after === 'number') retryAfter = error.retry_after
    data = { ...error }
  } catch {
    // Not JSON: a proxy's page. The status says enough.
  }
  return new ApiError(response.status, code, message, retryAfter, data)
}

function seconds(header: string | null): number | null {
  const value = Number.parseInt(header ?? '', 10)
  return Number.isFinite(value) ? value : null
}
