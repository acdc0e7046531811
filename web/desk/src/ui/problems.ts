import { ElMessage } from 'element-plus'

import { ApiError } from '@/api/errors'
import { t } from '@/i18n'
import { zh } from '@/i18n/zh'

/** What an agent is told when a call did not succeed. */
export function problemText(error: unknown): string {
  if (!(error instanceof ApiError)) return t('problem.other', { code: String(error) })
  if (error.code === 'stale' && !('groups' in error.data)) return t('problem.stale')
  if (error.code === 'network') return t('problem.network')
  if (error.code === 'timeout') return t('problem.timeout')
  return refusalText(error.code, error.message, error.data)
}

/** Why the server refused something, in the reader's language where we have words for it. */
export function refusalText(code: string, message: string, data: Readonly<Record<string, unknown>> = {}): string {
  const files = Array.isArray(data.files) ? data.files.join('、') : ''
  const known = [`${code}.${String(data.reason)}`, code].find((one) => `refusal.${one}` in zh)
  if (known !== undefined) return t(`refusal.${known}` as 'refusal.used_in_code', { files })
  return message !== '' ? message : t('problem.other', { code })
}

/** Says it in passing. A lost race is news, not an error; a lost session shows the log-in page instead. */
export function tell(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) return
  const lostRace = error instanceof ApiError && error.status === 409
  ElMessage({ type: lostRace ? 'info' : 'error', message: problemText(error), grouping: true, showClose: true })
}

export function tellDone(message: string): void {
  ElMessage({ type: 'success', message, grouping: true, duration: 2_000 })
}
