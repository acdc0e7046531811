import { ElMessage, ElMessageBox } from 'element-plus'
import { ref } from 'vue'

import { ApiError } from '@/api/errors'
import type { ConversationSummary } from '@/api/types'
import { t } from '@/i18n'
import type { Desk } from '@/live/desk'
import { tell, tellDone } from '@/ui/problems'

export type Verb = 'accept' | 'takeover' | 'handback' | 'close'

/** What an agent does to a conversation: asks where it cannot be undone, says what came of it. */
export function useActions(desk: Desk) {
  const busy = ref<Verb | null>(null)

  async function run(verb: Verb, one: ConversationSummary): Promise<boolean> {
    if (busy.value !== null) return false
    if (verb === 'close' && !(await confirmed('act.close.confirm', 'act.close'))) return false
    busy.value = verb
    try {
      if (verb === 'accept') await desk.accept(one)
      else if (verb === 'takeover') await desk.takeOver(one)
      else if (verb === 'handback') await desk.handBack(one)
      else await desk.close(one)
      if (verb === 'handback') tellDone(t('act.handedback'))
      if (verb === 'close') tellDone(t('act.closed'))
      return true
    } catch (error) {
      tellLost(error, desk.summary(one.id))
      return false
    } finally {
      busy.value = null
    }
  }

  /** Losing the race for a customer is told by name: it is a colleague, not a fault. */
  function tellLost(error: unknown, is: ConversationSummary | null): void {
    const winner = is?.owner === 'agent' && !desk.isMine(is) ? is.agent?.name : undefined
    if (error instanceof ApiError && error.code === 'stale' && winner !== undefined) {
      ElMessage({ type: 'info', message: t('problem.stale.agent', { name: winner }), grouping: true, showClose: true })
    } else {
      tell(error)
    }
  }

  return { busy, run }
}

async function confirmed(question: 'act.close.confirm', title: 'act.close'): Promise<boolean> {
  try {
    await ElMessageBox.confirm(t(question), t(title), {
      confirmButtonText: t(title),
      cancelButtonText: t('act.cancel'),
      autofocus: true,
    })
    return true
  } catch {
    return false
  }
}
