import { onMounted, onUnmounted } from 'vue'

/** What a key does on the desk. */
export type Shortcut = 'next' | 'up' | 'down' | 'reply' | 'accept' | 'handback' | 'tickets' | 'filter' | 'help'

const withAlt: Record<string, Shortcut> = {
  KeyN: 'next',
  ArrowUp: 'up',
  ArrowDown: 'down',
  KeyR: 'reply',
  KeyA: 'accept',
  KeyB: 'handback',
  KeyT: 'tickets',
}

/** In the order of the help. */
export const shortcutKeys: readonly (readonly [keys: string, what: Shortcut | 'send' | 'newline' | 'escape'])[] = [
  ['Alt + N', 'next'],
  ['Alt + ↑', 'up'],
  ['Alt + ↓', 'down'],
  ['Alt + A', 'accept'],
  ['Alt + R', 'reply'],
  ['Alt + B', 'handback'],
  ['Alt + T', 'tickets'],
  ['Enter', 'send'],
  ['Shift + Enter', 'newline'],
  ['Esc', 'escape'],
  ['/', 'filter'],
  ['?', 'help'],
]

/**
 * The shortcut that a key press stands for. Those with Alt work everywhere, by the key's place, since Alt makes
 * another letter of it on a Mac; the bare ones only where nobody types.
 */
export function shortcutOf(event: KeyboardEvent): Shortcut | null {
  if (event.ctrlKey || event.metaKey || event.isComposing) return null
  if (event.altKey) return event.shiftKey ? null : (withAlt[event.code] ?? null)
  if (isField(event.target)) return null
  if (event.key === '/') return 'filter'
  return event.key === '?' ? 'help' : null
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable="true"]')
}

/** Listens for shortcuts while the component is there. Returning false leaves the key to the browser. */
export function useShortcuts(run: (shortcut: Shortcut) => boolean | void): void {
  const listen = (event: KeyboardEvent): void => {
    const shortcut = shortcutOf(event)
    if (shortcut !== null && run(shortcut) !== false) event.preventDefault()
  }
  onMounted(() => addEventListener('keydown', listen))
  onUnmounted(() => removeEventListener('keydown', listen))
}
