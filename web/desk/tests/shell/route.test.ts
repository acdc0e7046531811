import { expect, it } from 'vitest'

import { formatRoute, parseRoute, type Route } from '@/shell/route'

it('what is written into the address is read back', () => {
  const routes: Route[] = [
    { pane: 'conversations', id: null },
    { pane: 'conversations', id: '01jma/ 33?#' },
    { pane: 'tickets', id: 'GD202603010001' },
  ]
  for (const route of routes) expect(parseRoute(formatRoute(route))).toEqual(route)
})

it('anything else is the list of conversations', () => {
  for (const hash of ['', '#', '#/', '#/x/y', '#/c/%E0%A4%A']) {
    expect(parseRoute(hash).pane).toBe('conversations')
  }
})
