import { inject, type InjectionKey } from 'vue'

import type { Session } from '@/session'

export const sessionKey: InjectionKey<Session> = Symbol('session')

/** The page's session. */
export function useSession(): Session {
  const session = inject(sessionKey)
  if (session === undefined) throw new Error('useSession needs a page frame')
  return session
}
