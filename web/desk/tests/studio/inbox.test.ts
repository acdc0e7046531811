import { beforeEach, expect, it, vi } from 'vitest'

import { ApiError } from '@/api/errors'
import type { Group, StudioApi } from '@/api/studio'

import { keyOf } from '../../../studio/src/inbox/keys'
import { useInbox } from '../../../studio/src/inbox/useInbox'

const group = (id: string, more: Partial<Group> = {}): Group => ({
  id,
  version: 1,
  text: `话 ${id}`,
  intent: 'query_bill',
  confidence: 0.5,
  ranking: [],
  example: `话 ${id}`,
  sentences: 1,
  score: 10,
  reason: 'unsure',
  first_at: '2026-03-01T00:00:00Z',
  last_at: '2026-03-01T00:00:00Z',
  outcome: null,
  label: null,
  handled_by: null,
  ...more,
})

const many = Array.from({ length: 12 }, (_, n) => group(`g${n}`))
const studio = {
  claim: vi.fn(),
  decide: vi.fn(),
  undo: vi.fn(),
  actions: vi.fn(),
}
const inbox = () => useInbox(studio as unknown as StudioApi)

beforeEach(() => {
  vi.resetAllMocks()
  studio.claim.mockResolvedValue({ groups: many, open: 40 })
  studio.actions.mockResolvedValue([])
  studio.decide.mockImplementation(({ groups }: { groups: { id: string }[] }) =>
    Promise.resolve({ id: 'a1', outcome: 'labelled', label: 'x', groups: groups.map(({ id }) => id), at: '' }),
  )
})

it('handles the open group, with the example that was written', async () => {
  const one = inbox()
  await one.begin()
  one.move(2)
  await one.decide({ outcome: 'labelled', intent: 'query_bill' }, '[上月](month)')
  expect(studio.decide).toHaveBeenCalledWith({
    outcome: 'labelled',
    intent: 'query_bill',
    groups: [{ id: 'g2', version: 1, example: '[上月](month)' }],
  })
  expect(one.groups.value.map(({ id }) => id)).not.toContain('g2')
  expect(one.current.value?.id).toBe('g3')
  expect(one.open.value).toBe(39)
})

it('handles all that are selected, each with its own example', async () => {
  const one = inbox()
  await one.begin()
  one.toggle('g1')
  one.toggle('g4')
  one.toggle('g4')
  one.toggle('g5')
  await one.decide({ outcome: 'skipped' }, 'x')
  expect(studio.decide.mock.calls[0]![0].groups).toEqual([
    { id: 'g1', version: 1 },
    { id: 'g5', version: 1 },
  ])
  expect(one.selected.size).toBe(0)
})

it('fetches more before the batch is at its end', async () => {
  studio.claim.mockResolvedValue({ groups: many.slice(0, 6), open: 6 })
  const one = inbox()
  await one.begin()
  await one.decide({ outcome: 'right' })
  expect(studio.claim).toHaveBeenCalledTimes(2)
})

it('of a lost race it fetches the list anew and tells', async () => {
  studio.decide.mockRejectedValue(new ApiError(409, 'stale', '慢了一步'))
  const one = inbox()
  await one.begin()
  await expect(one.decide({ outcome: 'right' })).rejects.toThrow('慢了一步')
  expect(studio.claim).toHaveBeenCalledTimes(2)
})

it('takes the next key at once, and sends one after the other', async () => {
  const answers: (() => void)[] = []
  studio.decide.mockImplementation(
    ({ groups }: { groups: { id: string }[] }) =>
      new Promise((resolve) => answers.push(() => resolve({ id: groups[0]!.id, groups: groups.map(({ id }) => id) }))),
  )
  const one = inbox()
  await one.begin()
  const both = [one.decide({ outcome: 'right' }), one.decide({ outcome: 'skipped' })]
  expect(one.current.value?.id).toBe('g2')
  await vi.waitFor(() => expect(answers).toHaveLength(1))
  answers[0]!()
  await vi.waitFor(() => expect(answers).toHaveLength(2))
  answers[1]!()
  await Promise.all(both)
  expect(studio.decide.mock.calls.map(([body]) => [body.outcome, body.groups[0].id])).toEqual([
    ['right', 'g0'],
    ['skipped', 'g1'],
  ])
  expect(one.done.value.map(({ id }) => id)).toEqual(['g1', 'g0'])
})

it('gives back what could not be sent, and goes on', async () => {
  studio.decide.mockRejectedValueOnce(new TypeError('no network'))
  const one = inbox()
  await one.begin()
  const failing = one.decide({ outcome: 'right' })
  const next = one.decide({ outcome: 'right' })
  await expect(failing).rejects.toThrow('no network')
  await next
  expect(one.groups.value.map(({ id }) => id).slice(0, 2)).toEqual(['g0', 'g2'])
  expect(one.open.value).toBe(39)
})

it('a batch that is fetched meanwhile does not bring back what is being sent', async () => {
  const one = inbox()
  await one.begin()
  const loading = one.load()
  const sent = one.decide({ outcome: 'right' })
  await Promise.all([loading, sent])
  expect(one.groups.value.map(({ id }) => id)).not.toContain('g0')
})

it('asks for what is sought', async () => {
  const one = inbox()
  one.wanted.containing = '机顶盒'
  await one.load()
  expect(studio.claim).toHaveBeenCalledWith({ limit: 30, containing: '机顶盒' })
})

it('puts back what was undone, and opens it', async () => {
  studio.undo.mockResolvedValue({ groups: [group('g2', { version: 3 })], open: 0 })
  const one = inbox()
  await one.begin()
  expect(await one.undo()).toBe(false)
  one.move(2)
  await one.decide({ outcome: 'right' })
  expect(await one.undo()).toBe(true)
  expect(studio.undo).toHaveBeenCalledWith('a1')
  expect(one.current.value).toMatchObject({ id: 'g2', version: 3 })
  expect(one.done.value).toEqual([])
})

it('keys work where nobody types', () => {
  const press = (key: string, target: HTMLElement, more: KeyboardEventInit = {}) => {
    let found: unknown
    target.addEventListener('keydown', (event) => (found = keyOf(event)), { once: true })
    target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...more }))
    return found
  }
  const page = document.createElement('main')
  const field = document.createElement('textarea')
  const button = document.createElement('button')
  page.append(field, button)
  document.body.append(page)
  expect(press('j', page)).toBe('down')
  expect(press('N', page)).toBe('noise')
  expect(press('j', field)).toBeNull()
  expect(press('Enter', button)).toBeNull()
  expect(press('Enter', page)).toBe('confirm')
  expect(press('s', page, { ctrlKey: true })).toBeNull()
  page.remove()
})
