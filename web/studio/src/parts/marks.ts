/** A piece of an example: bare words, or words that are marked as an entity. */
export interface Piece {
  text: string
  entity: string | null
}

const MARK = /\[([^\][]+)\](?:\(([^)\s:]+)(?::[^)]*)?\)|\{([^}]*)\})/g

/** The pieces of an example in Rasa's format: `查[上个月](month)账单`. */
export function piecesOf(example: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const found of example.matchAll(MARK)) {
    if (found.index > at) pieces.push({ text: example.slice(at, found.index), entity: null })
    pieces.push({ text: found[1]!, entity: found[2] ?? nameIn(found[3] ?? '') })
    at = found.index + found[0].length
  }
  if (at < example.length) pieces.push({ text: example.slice(at), entity: null })
  return pieces
}

/** The sentence without its marks. */
export const plainOf = (example: string): string =>
  piecesOf(example)
    .map((piece) => piece.text)
    .join('')

/**
 * The example with the letters from `start` to `end` (of the example as it is written) marked as an entity; null when
 * they are none, or reach into another mark.
 */
export function mark(example: string, start: number, end: number, entity: string): string | null {
  if (start >= end || example.slice(start, end).trim() === '') return null
  for (const found of example.matchAll(MARK)) {
    if (start < found.index + found[0].length && end > found.index) return null
  }
  return `${example.slice(0, start)}[${example.slice(start, end)}](${entity})${example.slice(end)}`
}

/** The example without the mark at a place; unchanged when there is none. */
export function unmark(example: string, place: number): string {
  for (const found of example.matchAll(MARK)) {
    if (place >= found.index && place <= found.index + found[0].length) {
      return example.slice(0, found.index) + found[1]! + example.slice(found.index + found[0].length)
    }
  }
  return example
}

function nameIn(braces: string): string | null {
  try {
    const name: unknown = (JSON.parse(`{${braces}}`) as { entity?: unknown }).entity
    return typeof name === 'string' ? name : null
  } catch {
    return null
  }
}
