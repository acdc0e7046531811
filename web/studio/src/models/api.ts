import type { ApiClient } from '@/api/client'

/** What the server says on `/studio/jobs` and `/studio/models` (care/studio/models/shapes.py). */

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
export type JobKind = 'train' | 'cross_validation' | 'dialogues'

export interface Problem {
  code: string
  file?: string
  line?: number
  name?: string
  text?: string
}

export interface Job {
  id: string
  kind: JobKind
  state: JobState
  model: string | null
  data_commit: string | null
  requested_by: string
  reason: string
  created_at: string
  started_at: string | null
  ended_at: string | null
  stage: string
  /** From 0 to 1. */
  progress: number
  cancelling: boolean
  problem: Problem | null
  /** Seconds by stage. */
  seconds: Record<string, number>
}

export interface LogLine {
  number: number
  at: string
  text: string
}

export interface ShortFigures {
  accuracy: number | null
  macro_f1: number | null
  cases: number | null
  dialogues: number | null
  dialogues_failed: number | null
}

export interface ModelLine {
  name: string
  at: string
  data_commit: string | null
  trained_by: string
  reason: string
  role: 'live' | 'former' | 'candidate' | ''
  figures: ShortFigures
  passed: boolean | null
}

export interface IntentFigures {
  intent: string
  cases: number
  found: number
  precision: number | null
  recall: number | null
  f1: number
}

export interface Bin {
  low: number
  high: number
  right: number
  wrong: number
  confidence: number | null
}

export interface Figures {
  cases: number
  left_out: number
  accuracy: number
  macro_f1: number
  calibration_error: number
  asked_again: number
  acted_wrongly: number
  intents: IntentFigures[]
  confusions: { wanted: string; found: string; count: number }[]
  bins: Bin[]
}

export interface ChangedSentence {
  text: string
  wanted: string
  before: string
  before_confidence: number
  after: string
  after_confidence: number
}

export interface IntentChange {
  intent: string
  cases: number
  before: number
  after: number
  points: number
}

export interface Comparison {
  cases: number
  accuracy_before: number
  accuracy_after: number
  better: ChangedSentence[]
  worse: ChangedSentence[]
  intents: IntentChange[]
}

export interface Objection {
  code: 'intent_worse' | 'overall_worse' | 'dialogue_failed' | 'not_measured' | 'dialogues_missing'
  name: string
  points: number | null
  cases: number | null
  measured: string | null
}

export interface Verdict {
  passed: boolean
  objections: Objection[]
  min_cases: number
  points: number
  overall_points: number
}

export interface ModelDetail {
  model: ModelLine
  frozen: Figures | null
  cross_validation: Figures | null
  dialogues: { name: string; problem: string | null }[] | null
  compared: Comparison | null
  compared_cross_validation: Comparison | null
  compared_with: string | null
  verdict: Verdict
}

export interface Arm {
  turns: number
  bad: number
}

export interface Trial {
  mode: 'shadow' | 'canary'
  share: number
  live: Arm
  candidate: Arm
  evidence: number
  threshold: number
  seen: number
  differ: number
}

export interface Deployment {
  available: boolean
  live: string | null
  former: string | null
  former_warm: boolean
  candidate: string | null
  trial: Trial | null
  pending: { kind: string; model: string; phase: string; since: string } | null
}

export interface ModelEvent {
  id: string
  kind: string
  model: string
  before: string | null
  by: string
  reason: string
  overridden: Objection[]
  figures: Partial<ShortFigures>
  data_commit: string | null
  state: string
  problem: string | null
  at: string
}

export interface Disagreement {
  message_id: string
  conversation_id: string
  text: string
  live_intent: string
  live_confidence: number
  intent: string
  confidence: number
  at: string
}

/** The calls of the page of models. */
export class ModelsApi {
  constructor(private readonly http: ApiClient) {}

  jobs = async (): Promise<Job[]> => (await this.http.get<{ jobs: Job[] }>('/studio/jobs', { limit: 20 })).jobs
  train = (reason: string): Promise<Job> => this.http.post('/studio/jobs', { kind: 'train', reason })
  further = (kind: 'cross_validation' | 'dialogues', model: string, reason: string): Promise<Job> =>
    this.http.post('/studio/jobs', { kind, model, reason })
  cancel = (id: string): Promise<Job> => this.http.post(`/studio/jobs/${id}/cancel`)

  models = async (): Promise<ModelLine[]> => (await this.http.get<{ models: ModelLine[] }>('/studio/models')).models
  model = (name: string): Promise<ModelDetail> => this.http.get(`/studio/models/${name}`)
  deployment = (): Promise<Deployment> => this.http.get('/studio/models/deployment')
  history = async (): Promise<ModelEvent[]> =>
    (await this.http.get<{ events: ModelEvent[] }>('/studio/models/history')).events
  disagreements = async (): Promise<Disagreement[]> =>
    (await this.http.get<{ disagreements: Disagreement[] }>('/studio/models/disagreements')).disagreements

  promote = (name: string, reason: string, override: boolean): Promise<ModelEvent> =>
    this.http.post(`/studio/models/${name}/promote`, { reason, override })
  canary = (name: string, reason: string, override: boolean, share: number): Promise<ModelEvent> =>
    this.http.post(`/studio/models/${name}/canary`, { reason, override, share })
  shadow = (name: string, reason: string): Promise<ModelEvent> =>
    this.http.post(`/studio/models/${name}/shadow`, { reason })
  stop = (reason: string): Promise<ModelEvent> => this.http.post('/studio/models/stop', { reason })
  rollBack = (reason: string): Promise<ModelEvent> => this.http.post('/studio/models/roll-back', { reason })
}

/** Where a job and its log can be watched as they grow. */
export const streamOf = (id: string): string => `/studio/jobs/${encodeURIComponent(id)}/stream`
