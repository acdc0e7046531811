/** The longest message the server takes, in characters as the server counts them (code points). */
export const TEXT_LIMIT = 2000;

export type Draft =
  | { readonly kind: "empty" }
  | { readonly kind: "too_long"; readonly length: number }
  | { readonly kind: "text"; readonly text: string; readonly length: number };

// Control characters but tab and line feed, and the marks that turn the direction of what follows.
const UNWANTED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const INVISIBLE = /^[\s\u200b-\u200f\u2060\u3164]*$/;

/** What of a customer's typing would be sent. */
export function prepare(typed: string): Draft {
  const text = typed.replace(/\r\n?/g, "\n").replace(UNWANTED, "").trim();
  if (INVISIBLE.test(text)) return { kind: "empty" };
  const length = countCharacters(text);
  return length > TEXT_LIMIT ? { kind: "too_long", length } : { kind: "text", text, length };
}

/** Characters as a reader and the server count them: an emoji of two code units is one. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
