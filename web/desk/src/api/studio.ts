import type { ApiClient } from './client'

/** What the care server says on `/studio`, by the names of its HTTP contract. */
export interface Group {
  id: string
  version: number
  text: string
  intent: string | null
  confidence: number
  ranking: { name: string; confidence: number }[]
  example: string
  sentences: number
  score: number
  reason: string
  first_at: string
  last_at: string
  outcome: string | null
  label: string | null
  handled_by: string | null
}

export interface Batch {
  groups: Group[]
  open: number
}

export interface GroupDetail {
  group: Group
  sentences: { text: string; conversation_id: string; at: string; signals: string[] }[]
}

export interface Decision {
  groups: { id: string; version: number; example?: string }[]
  outcome: 'labelled' | 'right' | 'skipped'
  intent?: string
  reply?: string
}

export interface Action {
  id: string
  outcome: string
  label: string | null
  groups: string[]
  at: string
}

export interface Overview {
  intents: { name: string; examples: number }[]
  entities: Record<string, number>
  draft: number
}

export interface Example {
  intent: string
  text: string
  path: string
}

export interface Finding {
  level: 'error' | 'warning'
  code: string
  where: string
  data: Record<string, unknown>
}

export interface Tried {
  same: Example[]
  nearest: { intent: string; text: string; ratio: number }[]
  model: { intent: string | null; confidence: number; ranking: { name: string; confidence: number }[] } | null
}

export interface BotReply {
  name: string
  variations: { text: string; buttons: string[]; conditions: string[] }[]
}

export interface FaqEntry {
  id: string
  question: string
  other: string[]
  answer: string
  source: string
  reviewed: string
  serves: string[]
}

/** A change of the data, in the forms of `care/studio/data/edits.py`. */
export type Edit = { kind: string } & Record<string, unknown>

export interface Change {
  id: string
  edit: Edit
  at: string
  from_inbox: boolean
  refused: string | null
}

export interface Preview {
  base: string | null
  digest: string | null
  diffs: Record<string, string>
  by_hand: string[]
  findings: Finding[]
  refused: string | null
  refused_code: string | null
  refused_change: string | null
}

export interface Publication {
  commit: string | null
  author: string
  reason: string
  changes: number
  at: string
}

export interface BadLine {
  line: number
  reason: string
  text: string
}

export interface ImportReport {
  new: number
  known: BadLine[]
  bad: BadLine[]
}

export interface ProposedEntry {
  groups: { id: string; version: number; text: string; sentences: number }[]
  sentences: number
  nearest_id: string | null
  nearest_question: string | null
  nearest_score: number
}

export interface Phrase {
  text: string
  times: number
  chats: number
  agents: number
  questions: string[]
}

export interface Week {
  week: string
  sentences: number
  confidence: number
  unsure: number
  intents: Record<string, number>
  drift: number | null
}

export interface Wanted {
  intent?: string | undefined
  reason?: string | undefined
  containing?: string | undefined
  limit?: number
}

/** The calls of the studio's inbox, data and learning, one a line. */
export class StudioApi {
  constructor(private readonly http: ApiClient) {}

  claim = (wanted: Wanted): Promise<Batch> => this.http.post('/studio/inbox/claim', wanted)
  group = (id: string): Promise<GroupDetail> => this.http.get(`/studio/inbox/${encodeURIComponent(id)}`)
  decide = (decision: Decision): Promise<Action> => this.http.post('/studio/inbox/decide', decision)
  undo = (action: string): Promise<Batch> => this.http.post('/studio/inbox/undo', { action })
  markWrong = (message: string): Promise<void> =>
    this.http.post(`/studio/inbox/sentences/${encodeURIComponent(message)}/mark`, { signal: 'wrong' })
  actions = (): Promise<Action[]> => this.http.get('/studio/inbox/actions')

  overview = (): Promise<Overview> => this.http.get('/studio/data/intents')
  intent = (name: string): Promise<{ name: string; examples: Example[] }> =>
    this.http.get(`/studio/data/intents/${encodeURIComponent(name)}`)
  search = (q: string): Promise<Example[]> => this.http.get('/studio/data/search', { q })
  entity = (name: string): Promise<Record<string, number>> =>
    this.http.get(`/studio/data/entities/${encodeURIComponent(name)}`)
  findings = (): Promise<Finding[]> => this.http.get('/studio/data/findings')
  tryText = (text: string, intent?: string): Promise<Tried> => this.http.post('/studio/data/try', { text, intent })
  replies = (q: string): Promise<BotReply[]> => this.http.get('/studio/data/replies', { q })
  faq = (q: string): Promise<FaqEntry[]> => this.http.get('/studio/data/faq', { q })
  importFile = (format: 'rasa' | 'csv', content: string, take: boolean): Promise<ImportReport> =>
    this.http.post('/studio/data/import', { format, content, take })

  drafts = (): Promise<Change[]> => this.http.get('/studio/drafts')
  change = (...edits: Edit[]): Promise<string[]> => this.http.post('/studio/drafts', { edits })
  discard = (id: string): Promise<void> => this.http.post(`/studio/drafts/${encodeURIComponent(id)}/discard`)
  preview = (): Promise<Preview> => this.http.get('/studio/drafts/preview')
  publish = (digest: string, reason: string): Promise<{ commit: string }> =>
    this.http.post('/studio/drafts/publish', { digest, reason })
  publications = (): Promise<Publication[]> => this.http.get('/studio/publications')

  questions = (): Promise<ProposedEntry[]> => this.http.get('/studio/learn/questions')
  answer = (groups: { id: string; version: number }[], edits: Edit[]): Promise<{ action: string }> =>
    this.http.post('/studio/learn/questions/answer', { groups, edits })
  phrases = (): Promise<Phrase[]> => this.http.get('/studio/learn/phrases')
  drift = (weeks: number): Promise<Week[]> => this.http.get('/studio/learn/drift', { weeks })
}
