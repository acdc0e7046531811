import { afterEach, expect, it } from 'vitest'

import TicketPanel from '@/tickets/TicketPanel.vue'

import { ticket } from '../make'
import { mount, unmountAll } from '../mount'

afterEach(unmountAll)

it('shows when the engineer comes, in the operator\'s zone', () => {
  const appointment = {
    number: 'YY202612010001',
    starts_at: '2026-12-05T01:00:00Z',
    ends_at: '2026-12-05T04:00:00Z',
    state: 'booked' as const,
  }
  const panel = mount(TicketPanel, { ticket: ticket('GD1', { appointment }) })
  const visit = panel.querySelector('[data-visit]')
  expect(visit?.textContent).toContain('09:00–12:00')
  expect(visit?.textContent).toContain('YY202612010001')
})

it('has no such part where nobody is to come', () => {
  const panel = mount(TicketPanel, { ticket: ticket('GD1') })
  expect(panel.querySelector('[data-visit]')).toBeNull()
})
