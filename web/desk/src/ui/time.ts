import { language, t } from '@/i18n'

/** Where the operator's people are; times are shown there whatever the agent's computer says. */
const ZONE = 'Asia/Shanghai'

const days = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit' })
const clocks = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hour: '2-digit', minute: '2-digit', hour12: false })
const DAY_MS = 86_400_000

/** `2026-03-01`: the day in the operator's zone. */
export const dayOf = (iso: string | number): string => days.format(new Date(iso))

/** `09:05`. */
export const clockOf = (iso: string | number): string => clocks.format(new Date(iso))

/** Today, yesterday, or the date; the year only where it is not this one. */
export function dayName(iso: string, now: number): string {
  const day = dayOf(iso)
  if (day === dayOf(now)) return t('time.today')
  if (day === dayOf(now - DAY_MS)) return t('time.yesterday')
  const sameYear = day.slice(0, 4) === dayOf(now).slice(0, 4)
  const options: Intl.DateTimeFormatOptions = { timeZone: ZONE, month: 'short', day: 'numeric' }
  const locale = language.value === 'zh' ? 'zh-CN' : 'en-GB'
  return new Intl.DateTimeFormat(locale, sameYear ? options : { ...options, year: 'numeric' }).format(new Date(iso))
}

/** A moment as short as it can be said: `09:05` today, `昨天 09:05`, `3月1日 09:05`. */
export function momentOf(iso: string, now: number): string {
  return dayOf(iso) === dayOf(now) ? clockOf(iso) : `${dayName(iso, now)} ${clockOf(iso)}`
}

/** A stretch of a day: `12月5日 09:00–12:00`, whatever day it is. */
export const stretchOf = (from: string, to: string, now: number): string =>
  `${dayName(from, now)} ${clockOf(from)}–${clockOf(to)}`

/** How long ago: `0:07`, `12:40`, `3:05:00`, `2 天 4 小时`. Never negative. */
export function elapsed(since: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  if (hours >= 24) return t('time.days', { d: Math.floor(hours / 24), h: hours % 24 })
  const tail = String(seconds % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`
}

/** How pressing a wait is: agents answer within half a minute (encouraged for internet firms); two are late. */
export function urgency(since: string, now: number): 'calm' | 'soon' | 'late' {
  const seconds = (now - Date.parse(since)) / 1000
  if (seconds < 30) return 'calm'
  return seconds < 120 ? 'soon' : 'late'
}
