/** That somebody has changed the training data, or their draft of it: told in this tab and in the others of the browser. */

const listeners = new Set<() => void>()
const others = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('xiaoxun.studio')

function notify(): void {
  for (const listener of [...listeners]) listener()
}

others?.addEventListener('message', notify)

/** The server has taken a change. */
export function tellChanged(): void {
  notify()
  others?.postMessage(null)
}

/** Calls `listener` after each change; gives what ends it. */
export function onChanged(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
