import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { tellChanged } from '@/api/changed'
import { errorOf } from '@/api/errors'
import { setLanguage } from '@/i18n'
import { Session } from '@/session'
import { problemText } from '@/ui/problems'
import { sessionKey } from '@/ui/useSession'

import ChangesPage from '../../../studio/src/changes/ChangesPage.vue'
import { mount, settled, unmountAll } from '../mount'

const change = (id: string, text: string) => ({
  id,
  edit: { kind: 'add_example', intent: 'query_bill', text },
  at: '2026-11-30T02:00:00Z',
  from_inbox: true,
  refused: null,
  refused_code: null,
})
const preview = {
  base: 'b',
  digest: 'd'.repeat(64),
  diffs: {},
  by_hand: [],
  findings: [],
  refused: null,
  refused_code: null,
  refused_change: null,
}

let drafts: ReturnType<typeof change>[]
let session: Session

const answer = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
  const path = String(input)
  if (init?.method === 'POST' && path === '/studio/inbox/decide') {
    drafts = [...drafts, change('c2', '这个月扣了多少')]
    return Response.json({ id: 'a', outcome: 'labelled', label: 'query_bill', groups: ['g'], at: '' })
  }
  if (path === '/studio/drafts') return Response.json(drafts)
  if (path === '/studio/drafts/preview') return Response.json(preview)
  return Response.json([])
}

async function show(): Promise<HTMLElement> {
  const root = mount(ChangesPage, {}, (app) => app.provide(sessionKey, session))
  await vi.waitFor(() => expect(root.textContent).toContain('1 处修改'))
  return root
}

describe('the page of changes', () => {
  beforeEach(() => {
    drafts = [change('c1', '话费单')]
    vi.stubGlobal('fetch', answer)
    session = new Session()
  })
  afterEach(() => {
    unmountAll()
    vi.unstubAllGlobals()
  })

  it('shows what the inbox saved a moment after it was opened', async () => {
    const root = await show()
    await session.studio.decide({ groups: [{ id: 'g', version: 1 }], outcome: 'labelled', intent: 'query_bill' })
    await vi.waitFor(() => expect(root.textContent).toContain('这个月扣了多少'))
  })

  it('shows what was changed elsewhere when one comes back to it', async () => {
    const root = await show()
    drafts = [...drafts, change('c2', '这个月扣了多少')]
    window.dispatchEvent(new Event('focus'))
    await vi.waitFor(() => expect(root.textContent).toContain('2 处修改'))
  })

  it('keeps what it shows when a look that nobody asked for fails', async () => {
    const root = await show()
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('down')))
    tellChanged()
    await settled()
    expect(root.textContent).toContain('1 处修改')
  })

  it('asks nothing any more once it is left', async () => {
    await show()
    unmountAll()
    const asked = vi.fn(answer)
    vi.stubGlobal('fetch', asked)
    tellChanged()
    window.dispatchEvent(new Event('focus'))
    await settled()
    expect(asked).not.toHaveBeenCalled()
  })
})

describe('why a rename is refused', () => {
  afterEach(() => setLanguage('zh'))

  const refused = (): Response =>
    Response.json(
      { error: { code: 'used_in_code', message: '程序里…', files: ['actions/billing.py', 'care/billing/words.py'] } },
      { status: 409 },
    )

  it('is said in both languages, with the programs and who can do it', async () => {
    const error = await errorOf(refused())
    expect(problemText(error)).toMatch(/actions\/billing\.py、care\/billing\/words\.py.*由工程师/)
    setLanguage('en')
    expect(problemText(error)).toMatch(/actions\/billing\.py.*engineer/)
  })

  it('falls back to the server’s words for what has none of ours', async () => {
    const other = Response.json({ error: { code: 'strange', message: '没有见过。' } }, { status: 400 })
    expect(problemText(await errorOf(other))).toBe('没有见过。')
  })
})
