import { afterEach, beforeEach, expect, it } from 'vitest'

import { Session } from '@/session'
import { sessionKey } from '@/ui/useSession'

import { pages } from '../../../studio/src/frame/pages'
import { formatRoute, go, parseRoute, type Route } from '../../../studio/src/frame/route'
import StudioFrame from '../../../studio/src/frame/StudioFrame.vue'
import { mount, settled, unmountAll } from '../mount'

const show = (role: string): HTMLElement =>
  mount(StudioFrame, { agent: { id: 't1', name: '吴凡', role } }, (app) => {
    app.provide(sessionKey, new Session())
  })

beforeEach(() => go('nowhere'))
afterEach(unmountAll)

it('what is written into the address is read back', () => {
  const routes: Route[] = [
    { page: 'inbox', id: null },
    { page: 'data', id: 'query_bill' },
    { page: 'data', id: 'a/b 100%?#' },
  ]
  for (const route of routes) expect(parseRoute(formatRoute(route))).toEqual(route)
  expect(parseRoute('#/data/%E0%A4%A')).toEqual({ page: 'data', id: null })
})

it('leads trainers to every page, and begins with the first', async () => {
  const frame = show('trainer')
  await settled()
  const links = [...frame.querySelectorAll('nav a')]
  expect(links.map((link) => link.getAttribute('href'))).toEqual(pages.map((page) => `#/${page.name}`))
  expect(frame.querySelector('nav [aria-current]')?.textContent).toBe('收件箱')
  go('data')
  await settled()
  expect(frame.querySelector('nav [aria-current]')?.textContent).toBe('训练数据')
})

it('lets supervisors in, and agents not', () => {
  expect(show('supervisor').querySelector('nav')).not.toBeNull()
  const refused = show('agent')
  expect(refused.querySelector('nav')).toBeNull()
  expect(refused.textContent).toContain('没有训练台的权限')
})
