import type { Reach } from '@/api/types'
import { t } from '@/i18n'
import { momentOf } from '@/ui/time'

const encoder = new TextEncoder()

/** Bytes in UTF-8, as the platforms count. */
export function bytesOf(text: string): number {
  return encoder.encode(text).length
}

/** What the agent has to know before sending `draft`; `none` when nothing may be sent now. */
export function reachNote(reach: Reach, draft: string, now: number): { text: string; none: boolean } {
  const over = reach.until === null || Date.parse(reach.until) <= now
  const none = reach.left === 0 || over
  const parts = [
    none ? t('reach.none') : t('reach.left', { n: reach.left, until: momentOf(reach.until ?? '', now) }),
  ]
  if (reach.waiting > 0) parts.push(t('reach.waiting', { n: reach.waiting }))
  const bytes = bytesOf(draft)
  if (bytes > 0) {
    parts.push(t('reach.bytes', { n: bytes, limit: reach.bytes }))
    const messages = Math.ceil(bytes / reach.bytes)
    if (messages > 1) parts.push(t('reach.parts', { n: messages }))
  }
  return { text: parts.join(' · '), none }
}
