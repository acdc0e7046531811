import { readonly, ref } from 'vue'

/** What the address names after `#`: a page, and what is open on it (an intent, an FAQ entry, a model). */
export interface Route {
  page: string
  id: string | null
}

export function parseRoute(hash: string): Route {
  const [, page = '', ...rest] = hash.replace(/^#/, '').split('/')
  const id = rest.join('/')
  try {
    return { page, id: id === '' ? null : decodeURIComponent(id) }
  } catch {
    return { page, id: null }
  }
}

export function formatRoute({ page, id }: Route): string {
  return id === null ? `#/${page}` : `#/${page}/${encodeURIComponent(id)}`
}

const current = ref<Route>(parseRoute(location.hash))
addEventListener('hashchange', () => {
  current.value = parseRoute(location.hash)
})

/** Where the trainer is; a reload and the back button keep to it. */
export const route = readonly(current)

export function go(page: string, id: string | null = null): void {
  current.value = { page, id }
  location.hash = formatRoute(current.value)
}
