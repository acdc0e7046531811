import type { Message } from '@/api/types'

/** One line of the transcript: a new day, the start or end of the human stretch, a note, or a message. */
export type Line =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'human-start'; key: string; name: string | null; text: string | null; at: string }
  | { kind: 'human-end'; key: string; text: string | null; at: string }
  | { kind: 'note'; key: string; message: Message }
  | { kind: 'message'; key: string; message: Message; human: boolean; follows: boolean; via: string | null }

/** Messages of one speaker within this time stand together under one name. */
const TOGETHER_MS = 3 * 60_000

/**
 * The transcript's lines. The service's own words mark the human stretch: one that names an agent begins it, the
 * next one ends it. Where such a mark is missing (an older history) the stretch is read from who speaks.
 */
export function linesOf(messages: readonly Message[], dayOf: (iso: string) => string): Line[] {
  const lines: Line[] = []
  let human = false
  let day = ''
  let previous: Message | null = null
  let last: string | null = null
  for (const message of messages) {
    const { id, sent_at: at } = message
    if (dayOf(at) !== day) {
      day = dayOf(at)
      lines.push({ kind: 'day', key: `day-${day}`, at })
      previous = null
    }
    if (message.role === 'system') {
      if (message.agent_name !== null) {
        human = true
        lines.push({ kind: 'human-start', key: id, name: message.agent_name, text: message.text, at })
      } else if (human) {
        human = false
        lines.push({ kind: 'human-end', key: id, text: message.text, at })
      } else {
        lines.push({ kind: 'note', key: id, message })
      }
      previous = null
      continue
    }
    if (message.role === 'agent' && !human) {
      human = true
      lines.push({ kind: 'human-start', key: `start-${id}`, name: message.agent_name, text: null, at })
      previous = null
    } else if (message.role === 'bot' && human && !message.withdrawn) {
      human = false
      lines.push({ kind: 'human-end', key: `end-${id}`, text: null, at })
      previous = null
    }
    if (message.role === 'customer' && message.channel !== last) {
      last = message.channel
      previous = null
    }
    // What agents write at the desk goes to the customer's last channel.
    const via = message.role === 'agent' ? last : message.channel
    const follows = previous !== null && together(previous, message)
    lines.push({ kind: 'message', key: id, message, human, follows, via })
    previous = message
  }
  return lines
}

function together(one: Message, next: Message): boolean {
  const sameSpeaker = one.role === next.role && one.agent_name === next.agent_name && one.channel === next.channel
  return sameSpeaker && Date.parse(next.sent_at) - Date.parse(one.sent_at) < TOGETHER_MS
}
