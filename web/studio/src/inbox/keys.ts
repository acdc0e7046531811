/** What a key does in the inbox. */
export type Key =
  | 'down'
  | 'up'
  | 'confirm'
  | 'first'
  | 'second'
  | 'third'
  | 'noise'
  | 'outOfScope'
  | 'right'
  | 'skip'
  | 'select'
  | 'undo'
  | 'intent'
  | 'edit'
  | 'fresh'
  | 'help'

const plain: Record<string, Key> = {
  j: 'down',
  ArrowDown: 'down',
  k: 'up',
  ArrowUp: 'up',
  Enter: 'confirm',
  '1': 'first',
  '2': 'second',
  '3': 'third',
  n: 'noise',
  o: 'outOfScope',
  r: 'right',
  s: 'skip',
  x: 'select',
  u: 'undo',
  '/': 'intent',
  e: 'edit',
  i: 'fresh',
  '?': 'help',
}

/** In the order of the help. */
export const inboxKeys: readonly (readonly [key: string, what: Key])[] = [
  ['J ↓', 'down'],
  ['K ↑', 'up'],
  ['Enter', 'confirm'],
  ['1', 'first'],
  ['2', 'second'],
  ['3', 'third'],
  ['/', 'intent'],
  ['E', 'edit'],
  ['I', 'fresh'],
  ['R', 'right'],
  ['N', 'noise'],
  ['O', 'outOfScope'],
  ['S', 'skip'],
  ['X', 'select'],
  ['U', 'undo'],
  ['?', 'help'],
]

/** The key's meaning; null while somebody types, in a dialogue, or with Ctrl, Alt or Meta. */
export function keyOf(event: KeyboardEvent): Key | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return null
  const target = event.target
  if (target instanceof HTMLElement) {
    if (target.closest('input, textarea, select, [contenteditable="true"], [role="dialog"], .el-popper')) return null
    if (event.key === 'Enter' && target.closest('button, a')) return null
  }
  return plain[event.key] ?? plain[event.key.toLowerCase()] ?? null
}
