import { onBeforeUnmount, onMounted, ref, type Ref, shallowRef, type ShallowRef } from 'vue'

import type { Deployment, Job, ModelEvent, ModelLine, ModelsApi } from './api'

export interface Models {
  jobs: ShallowRef<Job[]>
  models: ShallowRef<ModelLine[]>
  deployment: ShallowRef<Deployment | null>
  history: ShallowRef<ModelEvent[]>
  problem: ShallowRef<unknown>
  loaded: Ref<boolean>
  refresh: () => Promise<void>
}

const BUSY_MS = 1_000
const QUIET_MS = 5_000

/** The state of all models, looked at every second while something is under way, and now and then otherwise. */
export function useModels(api: ModelsApi): Models {
  const jobs = shallowRef<Job[]>([])
  const models = shallowRef<ModelLine[]>([])
  const deployment = shallowRef<Deployment | null>(null)
  const history = shallowRef<ModelEvent[]>([])
  const problem = shallowRef<unknown>(null)
  const loaded = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let over = false
  let known = ''

  const busy = (): boolean =>
    deployment.value?.pending != null ||
    deployment.value?.trial != null ||
    jobs.value.some((job) => job.state === 'running' || job.state === 'queued')

  /** Models and history are long; they are asked for when something of what is short has changed. */
  async function look(force: boolean): Promise<void> {
    const [nowJobs, nowDeployment] = await Promise.all([api.jobs(), api.deployment()])
    const sign = JSON.stringify([
      nowJobs.map((job) => [job.id, job.state, job.model]),
      { ...nowDeployment, trial: nowDeployment.trial?.mode },
    ])
    if (force || sign !== known) {
      ;[models.value, history.value] = await Promise.all([api.models(), api.history()])
      known = sign
    }
    jobs.value = nowJobs
    deployment.value = nowDeployment
  }

  async function refresh(force = true): Promise<void> {
    clearTimeout(timer)
    try {
      await look(force)
      problem.value = null
      loaded.value = true
    } catch (error) {
      problem.value = error
    }
    if (!over) timer = setTimeout(() => void refresh(false), busy() ? BUSY_MS : QUIET_MS)
  }

  onMounted(() => void refresh())
  onBeforeUnmount(() => {
    over = true
    clearTimeout(timer)
  })
  return { jobs, models, deployment, history, problem, loaded, refresh }
}
