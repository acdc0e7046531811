import { computed, type Ref, ref, shallowRef, watch } from 'vue'

import type { DeskApi } from '@/api/desk'
import { ApiError } from '@/api/errors'
import type { Ticket, TicketState } from '@/api/types'
import type { Desk } from '@/live/desk'

/** The server's page size. */
export const TICKETS_PAGE = 50
const RELOAD_AFTER_MS = 400

/** A page of tickets by state; kept current by the push, and loaded anew when a ticket appears or changes its state. */
export function useTicketList(desk: Desk, api: DeskApi, active: Ref<boolean>) {
  const filter = ref<TicketState | 'all'>('all')
  const page = ref(1)
  const total = ref(0)
  const loading = ref(false)
  const problem = shallowRef<ApiError | null>(null)
  const numbers = shallowRef<readonly string[]>([])
  let asked = 0

  const tickets = computed(() => {
    const known = desk.state.value?.tickets ?? {}
    return numbers.value.map((number) => known[number]).filter((one): one is Ticket => one !== undefined)
  })

  async function load(): Promise<void> {
    const turn = ++asked
    loading.value = true
    try {
      const answer = await api.tickets(filter.value === 'all' ? undefined : filter.value, page.value)
      if (turn !== asked) return
      desk.change({ type: 'tickets', tickets: answer.tickets })
      numbers.value = answer.tickets.map((one) => one.number)
      total.value = answer.total
      problem.value = null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (turn === asked) problem.value = error
    } finally {
      if (turn === asked) loading.value = false
    }
  }

  /** Which tickets there are and in what state: when that changes, the page and the total may have changed. */
  const outline = computed(() =>
    Object.values(desk.state.value?.tickets ?? {})
      .map((one) => `${one.number} ${one.state}`)
      .sort()
      .join(','),
  )

  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    outline,
    () => {
      // At once, so that an answer that is being taken in is not mistaken for news.
      if (!active.value || loading.value) return
      clearTimeout(timer)
      timer = setTimeout(() => void load(), RELOAD_AFTER_MS)
    },
    { flush: 'sync' },
  )
  watch(filter, () => {
    page.value = 1
  })
  watch([active, filter, page], () => active.value && void load(), { immediate: true })

  return { filter, page, total, tickets, loading, problem, load }
}

export type TicketList = ReturnType<typeof useTicketList>
