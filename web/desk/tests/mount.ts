import { type App, type Component, createApp, h, nextTick } from 'vue'

const mounted: App[] = []

/** Shows a component in the document; `unmountAll` ends it. */
export function mount(
  component: Component,
  props: Record<string, unknown> = {},
  prepare?: (app: App) => void,
): HTMLElement {
  const root = document.createElement('div')
  document.body.append(root)
  const app = createApp({ render: () => h(component, props) })
  prepare?.(app)
  app.mount(root)
  mounted.push(app)
  return root
}

export function unmountAll(): void {
  for (const app of mounted.splice(0)) app.unmount()
  document.body.replaceChildren()
}

/** Until everything that was promised has been done and shown. */
export async function settled(): Promise<void> {
  for (let n = 0; n < 10; n += 1) await Promise.resolve()
  await nextTick()
}

export function type(field: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
}

export function press(target: EventTarget, key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })
  target.dispatchEvent(event)
  return event
}
