import { type Ref, ref, shallowRef, watch } from 'vue'

import type { DeskApi } from '@/api/desk'
import { ApiError } from '@/api/errors'
import type { Ticket, TicketState, TicketStep, TicketWithHistory } from '@/api/types'
import type { Desk } from '@/live/desk'

/** The open ticket with its history; a change by somebody else loads the history anew. */
export function useTicket(desk: Desk, api: DeskApi, number: Ref<string | null>) {
  const history = shallowRef<readonly TicketStep[]>([])
  const problem = shallowRef<ApiError | null>(null)
  const moving = ref(false)

  const current = (): Ticket | undefined =>
    number.value === null ? undefined : desk.state.value?.tickets[number.value]

  async function load(): Promise<void> {
    const wanted = number.value
    if (wanted === null) return
    try {
      const answer = await api.ticket(wanted)
      if (wanted !== number.value) return
      take(answer)
      problem.value = null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (wanted === number.value) problem.value = error
    }
  }

  function take({ history: steps, ...ticket }: TicketWithHistory): void {
    history.value = steps
    desk.change({ type: 'tickets', tickets: [ticket] })
  }

  /** Throws `ApiError`; whatever happened, what is shown afterwards is true. */
  async function move(to: TicketState, note: string): Promise<void> {
    if (number.value === null || moving.value) return
    moving.value = true
    try {
      await api.moveTicket(number.value, to, note)
    } finally {
      moving.value = false
      await load()
    }
  }

  watch(number, () => {
    history.value = []
    problem.value = null
  })
  watch([number, () => current()?.updated_at], () => void load(), { immediate: true })

  return { history, problem, moving, load, move }
}
