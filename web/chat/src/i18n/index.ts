import { en } from "./en";
import type { Language } from "./language";
import { zh } from "./zh";

export { HUMAN_REQUEST, type Language } from "./language";

/** The language for a `lang` attribute: English for en, en-GB, …; Chinese for anything else. */
export function languageFor(tag: string | null): Language {
  return tag !== null && /^en\b/i.test(tag) ? en : zh;
}
