import { readonly, ref, shallowRef } from 'vue'

import { ApiClient } from '@/api/client'
import { DeskApi } from '@/api/desk'
import { ApiError } from '@/api/errors'
import { StudioApi } from '@/api/studio'
import type { Agent } from '@/api/types'
import { noteServerTime } from '@/ui/clock'

/** `unknown`: not asked yet. `unreachable`: asked, and nobody answered. */
export type SessionStatus = 'unknown' | 'unreachable' | 'out' | 'in'

/** Who is signed in; one for each page. */
export class Session {
  readonly api: DeskApi
  readonly studio: StudioApi
  /** For the calls of a page that has an API of its own. */
  readonly http: ApiClient
  private readonly state = ref<SessionStatus>('unknown')
  private readonly signedIn = shallowRef<Agent | null>(null)
  private readonly ended = ref(false)

  readonly status = readonly(this.state)
  readonly agent = readonly(this.signedIn)
  /** The session ended by itself, not by the agent's wish. */
  readonly expired = readonly(this.ended)

  constructor() {
    this.http = new ApiClient({ onSignedOut: () => this.expire(), onServerTime: noteServerTime })
    this.api = new DeskApi(this.http)
    this.studio = new StudioApi(this.http)
  }

  /** Is there a session from before? */
  async restore(): Promise<void> {
    this.state.value = 'unknown'
    try {
      this.enter((await this.api.me()).agent)
    } catch (error) {
      const refused = error instanceof ApiError && error.status === 401
      this.state.value = refused ? 'out' : 'unreachable'
      this.ended.value = false
    }
  }

  /** Throws `ApiError`: 401 wrong name or password, 429 locked. */
  async signIn(username: string, password: string): Promise<void> {
    this.enter((await this.api.signIn(username, password)).agent)
  }

  async signOut(): Promise<void> {
    try {
      await this.api.signOut()
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error
    }
    this.signedIn.value = null
    this.ended.value = false
    this.state.value = 'out'
  }

  private enter(agent: Agent): void {
    this.signedIn.value = agent
    this.ended.value = false
    this.state.value = 'in'
  }

  private expire(): void {
    if (this.state.value !== 'in') return
    this.ended.value = true
    this.state.value = 'out'
  }
}
