import { computed, reactive, ref, shallowRef } from 'vue'

import { ApiError } from '@/api/errors'
import type { Action, Decision, Group, StudioApi } from '@/api/studio'

const BATCH = 30
/** So few are left when the next batch is fetched. */
const LOW = 5

/**
 * A trainer's batch of the inbox: which group is open, which are selected, what becomes of them.
 *
 * What is decided leaves the list at once, so that the next key is about the next group; the requests go out one after the other.
 */
export function useInbox(studio: StudioApi) {
  const groups = shallowRef<Group[]>([])
  const at = ref(0)
  const open = ref(0)
  const selected = reactive(new Set<string>())
  const done = shallowRef<Action[]>([])
  const loaded = ref(false)
  const wanted = reactive({ intent: '', reason: '', containing: '' })

  const current = computed<Group | null>(() => groups.value[at.value] ?? null)
  /** The groups that the next decision is about: the selected ones, else the open one. */
  const meant = computed<Group[]>(() => {
    const some = groups.value.filter((group) => selected.has(group.id))
    return some.length > 0 ? some : current.value === null ? [] : [current.value]
  })

  /** Decided here, and not known to the server yet. */
  const sending = new Set<string>()
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }

  async function fetchBatch(): Promise<void> {
    const batch = await studio.claim({
      limit: BATCH,
      intent: wanted.intent || undefined,
      reason: wanted.reason || undefined,
      containing: wanted.containing || undefined,
    })
    const open_ = current.value?.id
    groups.value = batch.groups.filter((group) => !sending.has(group.id))
    open.value = batch.open - (batch.groups.length - groups.value.length)
    loaded.value = true
    const known = new Set(groups.value.map((group) => group.id))
    for (const id of [...selected]) if (!known.has(id)) selected.delete(id)
    const place = groups.value.findIndex((group) => group.id === open_)
    if (place >= 0) at.value = place
    else move(0)
  }

  const load = (): Promise<void> => inTurn(fetchBatch)

  function move(by: number): void {
    at.value = Math.min(Math.max(0, at.value + by), Math.max(0, groups.value.length - 1))
  }

  function toggle(id: string): void {
    if (!selected.delete(id)) selected.add(id)
  }

  function take(some: readonly Group[]): void {
    for (const { id } of some) sending.add(id)
    groups.value = groups.value.filter((group) => !sending.has(group.id))
    open.value = Math.max(0, open.value - some.length)
    selected.clear()
    move(0)
  }

  function putBack(some: readonly Group[]): void {
    groups.value = [...some, ...groups.value]
    open.value += some.length
    at.value = 0
  }

  /** Decide on what is meant. On an error the groups come back, of a lost race the list is fetched anew; it is thrown. */
  async function decide(decision: Omit<Decision, 'groups'>, example?: string): Promise<Action | null> {
    const some = meant.value
    if (some.length === 0) return null
    take(some)
    return inTurn(async () => {
      try {
        const action = await studio.decide({
          ...decision,
          groups: some.map(({ id, version }) =>
            example !== undefined && some.length === 1 ? { id, version, example } : { id, version },
          ),
        })
        done.value = [action, ...done.value].slice(0, 20)
      } catch (error) {
        for (const { id } of some) sending.delete(id)
        if (error instanceof ApiError && error.status === 409 && error.code === 'stale') await fetchBatch()
        else putBack(some)
        throw error
      }
      for (const { id } of some) sending.delete(id)
      if (groups.value.length <= LOW) await fetchBatch()
      return done.value[0] ?? null
    })
  }

  const undo = (): Promise<boolean> =>
    inTurn(async () => {
      const one = done.value[0]
      if (one === undefined) return false
      const batch = await studio.undo(one.id)
      done.value = done.value.slice(1)
      putBack(batch.groups)
      return true
    })

  async function begin(): Promise<void> {
    done.value = await studio.actions()
    await load()
  }

  return { groups, at, open, selected, done, loaded, wanted, current, meant, begin, load, move, toggle, decide, undo }
}
