import { readonly, ref } from 'vue'

let skewMs = 0
const ticking = ref(Date.now())

/** The time by the server's clock, ticking each second: an agent's wrong clock shows no wrong waiting times. */
export const now = readonly(ticking)

/** An answer of the server told its time. Below two seconds the difference is the way's, not the clock's. */
export function noteServerTime(at: Date): void {
  const difference = at.getTime() - Date.now()
  skewMs = Math.abs(difference) < 2_000 ? 0 : difference
}

/** Makes `now` tick; returns how to stop it. */
export function startClock(): () => void {
  const tick = (): void => {
    ticking.value = Date.now() + skewMs
  }
  tick()
  const timer = setInterval(tick, 1_000)
  return () => clearInterval(timer)
}
