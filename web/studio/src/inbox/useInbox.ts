import { computed, reactive, ref, shallowRef } from 'vue'

import { ApiError } from '@/api/errors'
import type { Action, Decision, Group, StudioApi } from '@/api/studio'

const BATCH = 30
/** So few are left when the next batch is fetched. */
const LOW = 5

/** A trainer's batch of the inbox: which group is open, which are selected, what becomes of them. */
export function useInbox(studio: StudioApi) {
  const groups = shallowRef<Group[]>([])
  const at = ref(0)
  const open = ref(0)
  const selected = reactive(new Set<string>())
  const done = shallowRef<Action[]>([])
  const busy = ref(false)
  const loaded = ref(false)
  const wanted = reactive<{ intent: string; reason: string }>({ intent: '', reason: '' })

  const current = computed<Group | null>(() => groups.value[at.value] ?? null)
  /** The groups that the next decision is about: the selected ones, else the open one. */
  const meant = computed<Group[]>(() => {
    const some = groups.value.filter((group) => selected.has(group.id))
    return some.length > 0 ? some : current.value === null ? [] : [current.value]
  })

  async function load(): Promise<void> {
    const batch = await studio.claim({
      limit: BATCH,
      intent: wanted.intent || undefined,
      reason: wanted.reason || undefined,
    })
    const open_ = current.value?.id
    groups.value = batch.groups
    open.value = batch.open
    loaded.value = true
    const known = new Set(batch.groups.map((group) => group.id))
    for (const id of [...selected]) if (!known.has(id)) selected.delete(id)
    const place = batch.groups.findIndex((group) => group.id === open_)
    at.value = place >= 0 ? place : Math.min(at.value, Math.max(0, batch.groups.length - 1))
  }

  function move(by: number): void {
    at.value = Math.min(Math.max(0, at.value + by), Math.max(0, groups.value.length - 1))
  }

  function toggle(id: string): void {
    if (!selected.delete(id)) selected.add(id)
  }

  /** Decide on what is meant; of a lost race the list is fetched anew, and the error thrown. */
  async function decide(decision: Omit<Decision, 'groups'>, example?: string): Promise<Action | null> {
    const some = meant.value
    if (some.length === 0 || busy.value) return null
    busy.value = true
    try {
      const action = await studio.decide({
        ...decision,
        groups: some.map(({ id, version }) =>
          example !== undefined && some.length === 1 ? { id, version, example } : { id, version },
        ),
      })
      done.value = [action, ...done.value].slice(0, 20)
      const gone = new Set(action.groups)
      groups.value = groups.value.filter((group) => !gone.has(group.id))
      selected.clear()
      open.value = Math.max(0, open.value - gone.size)
      move(0)
      if (groups.value.length <= LOW) await load()
      return action
    } catch (error) {
      if (error instanceof ApiError && error.status === 409 && error.code === 'stale') await load()
      throw error
    } finally {
      busy.value = false
    }
  }

  async function undo(): Promise<boolean> {
    const last = done.value[0]
    if (last === undefined || busy.value) return false
    busy.value = true
    try {
      const batch = await studio.undo(last.id)
      done.value = done.value.slice(1)
      groups.value = [...batch.groups, ...groups.value]
      open.value += batch.groups.length
      at.value = 0
      return true
    } finally {
      busy.value = false
    }
  }

  async function begin(): Promise<void> {
    done.value = await studio.actions()
    await load()
  }

  return { groups, at, open, selected, done, busy, loaded, wanted, current, meant, begin, load, move, toggle, decide, undo }
}
