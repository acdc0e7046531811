import { computed, shallowRef } from 'vue'

import type { Overview } from '@/api/studio'
import { intents as labels } from '@/labels/intents'
import { tell } from '@/ui/problems'
import { useSession } from '@/ui/useSession'

const overview = shallowRef<Overview | null>(null)

/** Intents and entities, as the trainer's draft has them; loaded anew where something was changed. */
export function useOverview() {
  const { studio } = useSession()

  async function reload(): Promise<void> {
    try {
      overview.value = await studio.overview()
    } catch (error) {
      tell(error)
    }
  }

  return {
    overview,
    reload,
    /** Those that have a label, until the data are read. */
    intents: computed(
      () =>
        overview.value?.intents.map((one) => one.name) ??
        Object.keys(labels).filter((name) => name !== 'nlu_fallback'),
    ),
    entities: computed(() => Object.keys(overview.value?.entities ?? {})),
  }
}
