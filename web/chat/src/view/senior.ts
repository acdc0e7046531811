import type { Message } from "../protocol/frames";

/** What the bot has last said of senior mode, and in which message. */
export interface SeniorWish {
  readonly id: string;
  readonly on: boolean;
}

/**
 * The newest message that turns senior mode on or off: `custom: {"senior": true}`.
 *
 * The page applies each of them once and remembers its id: who has set the text size by hand since
 * then keeps what was set, and who comes back on another device gets what was wished for.
 */
export function seniorWish(messages: readonly Message[]): SeniorWish | null {
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const { id, role, custom } = messages[at] as Message;
    const on = custom?.["senior"];
    if (role === "bot" && typeof on === "boolean") return { id, on };
  }
  return null;
}
