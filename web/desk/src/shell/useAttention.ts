import { onMounted, onUnmounted, ref, watch } from 'vue'

import { t } from '@/i18n'
import { customerName } from '@/labels/names'
import type { Desk } from '@/live/desk'
import type { Notice } from '@/live/notices'

import { chime } from './chime'

const SOUND = 'xiaoxun.desk.sound'

/**
 * Tells an agent who looks elsewhere what happens: the number of waiting customers in the tab's title, a line for
 * screen readers, and a sound where it is wanted.
 */
export function useAttention(desk: Desk) {
  const sound = ref(localStorage.getItem(SOUND) === 'on')
  const announcement = ref('')

  function hear({ kind, conversation }: Notice): void {
    announcement.value = t(`notice.${kind}`, { name: customerName(conversation) })
    const looking = document.hasFocus() && desk.openId.value === conversation.id
    if (sound.value && !looking) chime(kind === 'waiting' ? 'high' : 'low')
  }

  function toggleSound(): void {
    sound.value = !sound.value
    localStorage.setItem(SOUND, sound.value ? 'on' : 'off')
    if (sound.value) chime('high')
  }

  watch(
    [() => desk.lists.value.waiting.length, desk.unreadTotal, () => t('app.desk')],
    ([waiting, unread, name]) => {
      document.title = titleOf(name, waiting, unread)
    },
    { immediate: true },
  )

  let forget = (): void => {}
  onMounted(() => {
    forget = desk.onNotice(hear)
  })
  onUnmounted(() => forget())

  return { sound, toggleSound, announcement }
}

/** `(3) 小讯坐席台`: waiting customers; a dot says that one's own customers have written. */
export function titleOf(name: string, waiting: number, unread: number): string {
  const badge = waiting > 0 ? `(${waiting}) ` : ''
  return `${badge}${unread > 0 ? '● ' : ''}${name}`
}
