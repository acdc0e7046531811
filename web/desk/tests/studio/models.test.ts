import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { Session } from '@/session'
import { sessionKey } from '@/ui/useSession'

import { go } from '../../../studio/src/frame/route'
import type { Comparison, Deployment, Figures, Job, ModelDetail, ModelEvent, ModelLine } from '../../../studio/src/models/api'
import { changeChart, confidenceChart, confusionChart, reliabilityChart } from '../../../studio/src/models/charts'
import ModelsPage from '../../../studio/src/models/ModelsPage.vue'
import { objectionWords, percent, problemWords, signed } from '../../../studio/src/models/words'
import { mount, settled, type, unmountAll } from '../mount'

const LIVE = 'xiaoxun-aaaaaaaaaaaa'
const NEW = 'xiaoxun-bbbbbbbbbbbb'

const job = (more: Partial<Job> = {}): Job => ({
  id: 'j1',
  kind: 'train',
  state: 'running',
  model: null,
  data_commit: null,
  requested_by: '吴凡',
  reason: '新说法',
  created_at: '2026-11-30T02:00:00Z',
  started_at: '2026-11-30T02:00:01Z',
  ended_at: null,
  stage: 'train',
  progress: 0.42,
  cancelling: false,
  problem: null,
  seconds: {},
  ...more,
})

const line = (name: string, more: Partial<ModelLine> = {}): ModelLine => ({
  name,
  at: '2026-11-30T02:00:00Z',
  data_commit: 'abcdef0123456789',
  trained_by: '吴凡',
  reason: '新说法',
  role: '',
  figures: { accuracy: 0.954, macro_f1: 0.957, cases: 826, dialogues: 62, dialogues_failed: 1 },
  passed: false,
  ...more,
})

const figures: Figures = {
  cases: 3,
  left_out: 1,
  accuracy: 2 / 3,
  macro_f1: 0.6,
  calibration_error: 0.1,
  asked_again: 0,
  acted_wrongly: 1 / 3,
  intents: [{ intent: 'query_bill', cases: 3, found: 2, precision: 1, recall: 2 / 3, f1: 0.8 }],
  confusions: [{ wanted: 'query_bill', found: 'query_balance', count: 1 }],
  bins: [
    { low: 0, high: 0.5, right: 0, wrong: 0, confidence: null },
    { low: 0.5, high: 1, right: 2, wrong: 1, confidence: 0.9 },
  ],
}

const comparison: Comparison = {
  cases: 3,
  accuracy_before: 1,
  accuracy_after: 2 / 3,
  better: [],
  worse: [
    {
      text: '上月扣了多少',
      wanted: 'query_bill',
      before: 'query_bill',
      before_confidence: 0.9,
      after: 'query_balance',
      after_confidence: 0.6,
    },
  ],
  intents: [
    { intent: 'query_bill', cases: 3, before: 100, after: 80, points: -20 },
    { intent: 'greet', cases: 3, before: 80, after: 90, points: 10 },
  ],
}

const detail: ModelDetail = {
  model: line(NEW),
  frozen: figures,
  cross_validation: null,
  dialogues: [
    { name: 'billing/months', problem: 'not heard: 账单' },
    { name: 'billing/arrears', problem: null },
  ],
  compared: comparison,
  compared_cross_validation: null,
  compared_with: LIVE,
  verdict: {
    passed: false,
    objections: [{ code: 'dialogue_failed', name: 'billing/months', points: null, cases: null, measured: null }],
    min_cases: 20,
    points: 3,
    overall_points: 1,
  },
}

const deployment: Deployment = {
  available: true,
  live: LIVE,
  former: null,
  former_warm: false,
  candidate: null,
  trial: null,
  pending: null,
}

/** The server of the page: what it answers, and what was posted. */
class Server {
  deployment = deployment
  jobs: Job[] = []
  events: ModelEvent[] = []
  detail = detail
  posted: [string, Record<string, unknown>][] = []

  fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const path = String(input).split('?')[0]!
    if (init?.method === 'POST') {
      this.posted.push([path, JSON.parse(String(init.body)) as Record<string, unknown>])
      return Response.json({})
    }
    if (path === '/studio/jobs') return Response.json({ jobs: this.jobs })
    if (path === '/studio/models') {
      return Response.json({ models: [line(NEW), line(LIVE, { role: 'live', passed: null })] })
    }
    if (path === '/studio/models/deployment') return Response.json(this.deployment)
    if (path === '/studio/models/history') return Response.json({ events: this.events })
    if (path === `/studio/models/${NEW}`) return Response.json(this.detail)
    return Response.json({ error: { code: 'not_found', message: '没有找到。' } }, { status: 404 })
  }
}

class SilentEvents {
  static opened: string[] = []
  addEventListener = (): void => {}
  close = (): void => {}

  constructor(address: string) {
    SilentEvents.opened.push(address)
  }
}

let server: Server

const show = async (): Promise<HTMLElement> => {
  const root = mount(ModelsPage, {}, (app) => {
    app.provide(sessionKey, new Session())
  })
  await vi.waitFor(() => expect(root.textContent).toContain(LIVE))
  return root
}

const button = (name: string, root: ParentNode = document): HTMLButtonElement => {
  const found = [...root.querySelectorAll('button')].filter((one) => one.textContent?.trim() === name)
  expect(found.map((one) => one.textContent?.trim())).toContain(name)
  return found.at(-1)!
}

/** Writes the reason into the dialog that asks for it, and confirms. */
async function because(reason: string, confirm = '确定'): Promise<void> {
  await vi.waitFor(() => expect(document.querySelector('.el-dialog textarea')).not.toBeNull())
  expect(button(confirm).disabled).toBe(true)
  type(document.querySelector<HTMLTextAreaElement>('.el-dialog textarea')!, reason)
  await settled()
  button(confirm).click()
  await settled()
}

describe('the page of models', () => {
  beforeEach(() => {
    server = new Server()
    vi.stubGlobal('fetch', server.fetch)
    vi.stubGlobal('EventSource', SilentEvents)
    SilentEvents.opened = []
    go('models')
  })
  afterEach(() => {
    unmountAll()
    vi.unstubAllGlobals()
    go('nowhere')
  })

  it('says what is live, and what each model is worth', async () => {
    const root = await show()
    expect(root.querySelector('[data-role=live]')?.textContent).toContain(LIVE)
    const row = [...root.querySelectorAll('tr')].find((one) => one.textContent?.includes(NEW))!
    expect(row.textContent).toContain('95.4%')
    expect(row.textContent).toContain('61/62')
    expect(row.textContent).toContain('未通过')
  })

  it('trains only with a reason', async () => {
    await show()
    button('训练新模型').click()
    await because('账单的新说法')
    expect(server.posted).toEqual([['/studio/jobs', { kind: 'train', reason: '账单的新说法' }]])
  })

  it('shows the progress of a job, follows its log, and cancels it', async () => {
    server.jobs = [job()]
    const root = await show()
    expect(root.querySelector('[data-state=running]')?.textContent).toContain('42%')
    expect(SilentEvents.opened).toEqual(['/studio/jobs/j1/stream'])
    button('取消任务').click()
    await settled()
    expect(server.posted).toEqual([['/studio/jobs/j1/cancel', {}]])
  })

  it('says why a job failed, and where', async () => {
    server.jobs = [job({ state: 'failed', problem: { code: 'unknown_intent', file: 'nlu/billing.yml', line: 7, name: 'bil' } })]
    const root = await show()
    expect(root.querySelector('[role=alert]')?.textContent).toBe('用到了没有定义的意图 · bil · nlu/billing.yml:7')
  })

  it('compares sentence by sentence, and puts live against the gate only when told to', async () => {
    const root = await show()
    button(NEW, root).click()
    await vi.waitFor(() => expect(root.querySelector('article')?.textContent).toContain('上月扣了多少'))
    expect(root.querySelector('article')?.textContent).toContain('billing/months')
    button('上线', root.querySelector('article')!).click()
    await because('对话测试要改', '仍然继续')
    expect(server.posted).toEqual([[`/studio/models/${NEW}/promote`, { reason: '对话测试要改', override: true }]])
  })

  it('asks for no override where the gate has none against it', async () => {
    server.detail = { ...detail, verdict: { ...detail.verdict, passed: true, objections: [] } }
    const root = await show()
    button(NEW, root).click()
    await vi.waitFor(() => expect(root.querySelector('article')).not.toBeNull())
    button('灰度试用', root.querySelector('article')!).click()
    await because('先试一天')
    expect(server.posted).toEqual([[`/studio/models/${NEW}/canary`, { reason: '先试一天', override: false, share: 5 }]])
  })

  it('rolls back', async () => {
    server.deployment = { ...deployment, former: NEW, former_warm: true }
    const root = await show()
    expect(root.querySelector('[data-role=former]')?.textContent).toContain('待命')
    button('回退').click()
    await because('变差了')
    expect(server.posted).toEqual([['/studio/models/roll-back', { reason: '变差了' }]])
  })

  it('shows how a canary goes', async () => {
    const trial = { live: { turns: 90, bad: 9 }, candidate: { turns: 10, bad: 4 }, evidence: 2.3, threshold: 4.6 }
    server.deployment = {
      ...deployment,
      candidate: NEW,
      trial: { mode: 'canary', share: 10, seen: 0, differ: 0, ...trial },
    }
    const root = await show()
    const card = root.querySelector('section')!
    expect(card.textContent).toContain('灰度 10%')
    expect(card.textContent).toContain('40.0%')
    expect(card.textContent).toContain('50%')
    button('停止试用').click()
    await because('看到了')
    expect(server.posted[0]).toEqual(['/studio/models/stop', { reason: '看到了' }])
  })

  it('offers nothing that somebody else decides', async () => {
    server.deployment = { ...deployment, available: false, former: NEW }
    const root = await show()
    expect(root.textContent).toContain('由运维滚动更新')
    expect([...root.querySelectorAll('button')].map((one) => one.textContent?.trim())).not.toContain('回退')
  })
})

describe('the words', () => {
  it('are known for every problem, and say the code of another one', () => {
    expect(problemWords({ code: 'bad_yaml', file: 'nlu/a.yml' })).toBe('文件格式（YAML）有错 · nlu/a.yml')
    expect(problemWords({ code: 'never_seen' })).toBe('出错：never_seen')
  })

  it('name what became worse', () => {
    const one = { code: 'intent_worse', name: 'query_bill', points: -4.26, cases: 31, measured: 'frozen' } as const
    expect(objectionWords(one)).toContain('4.3 分（31 句')
    expect(percent(null)).toBe('–')
    expect(signed(2)).toBe('+2.0')
  })
})

describe('the charts', () => {
  const series = (option: object): { data: unknown[] }[] => (option as { series: { data: unknown[] }[] }).series

  it('hold what was measured', () => {
    expect(series(confidenceChart(figures)).map((one) => one.data)).toEqual([
      [0, 2],
      [0, 1],
    ])
    expect(series(reliabilityChart(figures))[1]!.data).toEqual([[90, (2 / 3) * 100, 3]])
    expect(series(confusionChart(figures))[0]!.data).toEqual([[1, 0, 1]])
  })

  it('show the worst and the best change, the best on top', () => {
    const rows = series(changeChart(comparison))[0]!.data as { value: number }[]
    expect(rows.map((one) => one.value)).toEqual([10, -20])
    const many = Array.from({ length: 30 }, (_, n) => ({ intent: `i${n}`, cases: 1, before: 0, after: 0, points: n - 14.5 }))
    const few = series(changeChart({ ...comparison, intents: many }, 4))[0]!.data as { value: number }[]
    expect(few.map((one) => one.value)).toEqual([14.5, 13.5, -13.5, -14.5])
  })
})
