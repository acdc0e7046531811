import { afterEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from '@/api/errors'
import SignIn from '@/signin/SignIn.vue'
import { sessionKey } from '@/ui/useSession'

import { mount, settled, type, unmountAll } from '../mount'

function signingIn(answer: () => Promise<void>, expired = false) {
  const signIn = vi.fn(answer)
  const session = { signIn, expired: { value: expired }, agent: { value: null } }
  const root = mount(SignIn, { page: 'desk' }, (app) => app.provide(sessionKey, session as never))
  const submit = async (): Promise<string> => {
    await settled() // the fields get their ids after they are shown
    type(root.querySelector('#username')!, ' wang ')
    type(root.querySelector('#password')!, 'secret ')
    await settled()
    root.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true }))
    await settled()
    return root.querySelector('[role=alert]')?.textContent ?? ''
  }
  return { root, submit, signIn }
}
const refusing =
  (status: number, retryAfter: number | null = null) =>
  () =>
    Promise.reject(new ApiError(status, 'x', '', retryAfter))

describe('SignIn', () => {
  afterEach(unmountAll)

  it('takes the name without and the password with the white space around', async () => {
    const { submit, signIn } = signingIn(() => Promise.resolve())
    expect(await submit()).toBe('')
    expect(signIn).toHaveBeenCalledWith('wang', 'secret ')
  })

  it('says what is wrong: the password, a locked account, the network', async () => {
    expect(await signingIn(refusing(401)).submit()).toContain('用户名或密码不对')
    expect(await signingIn(refusing(429, 290)).submit()).toContain('5 分钟')
    expect(await signingIn(refusing(429)).submit()).toContain('锁定')
    expect(await signingIn(refusing(0)).submit()).not.toBe('')
    expect(await signingIn(refusing(500)).submit()).toContain('暂时无法登录')
  })

  it('empties a wrong password and keeps the name', async () => {
    const { root, submit } = signingIn(refusing(401))
    await submit()
    expect(root.querySelector<HTMLInputElement>('#password')!.value).toBe('')
    expect(root.querySelector<HTMLInputElement>('#username')!.value).toBe(' wang ')
  })

  it('asks the server nothing without a name and a password', async () => {
    const { root, signIn } = signingIn(() => Promise.resolve())
    root.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true }))
    await settled()
    expect(signIn).not.toHaveBeenCalled()
    expect(root.querySelector('[role=alert]')!.textContent).toContain('请输入')
  })

  it('says that nothing is lost when the session has ended by itself', () => {
    expect(signingIn(() => Promise.resolve(), true).root.textContent).toContain('都还在')
  })
})
