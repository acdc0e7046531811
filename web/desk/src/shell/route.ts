import { readonly, ref } from 'vue'

/** What the address names after `#`: a conversation, a ticket, or one of the two lists. */
export type Route = { pane: 'conversations'; id: string | null } | { pane: 'tickets'; id: string | null }

export function parseRoute(hash: string): Route {
  const [, kind = '', id = ''] = hash.replace(/^#/, '').split('/')
  const pane = kind === 't' ? 'tickets' : 'conversations'
  try {
    return { pane, id: id === '' ? null : decodeURIComponent(id) }
  } catch {
    return { pane, id: null }
  }
}

export function formatRoute({ pane, id }: Route): string {
  const kind = pane === 'tickets' ? 't' : 'c'
  return id === null ? `#/${kind}` : `#/${kind}/${encodeURIComponent(id)}`
}

const current = ref<Route>(parseRoute(location.hash))
addEventListener('hashchange', () => {
  current.value = parseRoute(location.hash)
})

/** Where the agent is; a reload and the back button keep to it. */
export const route = readonly(current)

export function go(to: Route): void {
  current.value = to
  location.hash = formatRoute(to)
}
