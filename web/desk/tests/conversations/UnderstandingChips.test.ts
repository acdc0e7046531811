import { afterEach, expect, it, vi } from 'vitest'

import UnderstandingChips from '@/conversations/UnderstandingChips.vue'
import { Session } from '@/session'
import { sessionKey } from '@/ui/useSession'

import { mount, settled, unmountAll } from '../mount'

afterEach(unmountAll)

const understanding = { intent: 'query_bill', confidence: 0.5, ranking: [], entities: [] }

it('an agent tells the trainers that a message was misunderstood, once', async () => {
  const session = new Session()
  const mark = vi.spyOn(session.studio, 'markWrong').mockResolvedValue()
  const chips = mount(UnderstandingChips, { understanding, messageId: 'm1' }, (app) => app.provide(sessionKey, session))
  chips.querySelector<HTMLButtonElement>('.chips')!.click()
  await settled()
  const button = chips.querySelector<HTMLButtonElement>('.wrong')!
  button.click()
  await settled()
  expect(mark).toHaveBeenCalledWith('m1')
  expect(button.disabled).toBe(true)
  expect(button.textContent).toContain('已告诉训练师')
})
