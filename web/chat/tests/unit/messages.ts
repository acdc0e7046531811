import type { Message } from "../../src/protocol/frames.ts";

/** A message with whatever a test does not care about filled in. */
export function message(seq: number, more: Partial<Message> = {}): Message {
  return {
    seq,
    id: `m${seq}`,
    role: "bot",
    text: `text ${seq}`,
    buttons: [],
    image: null,
    custom: null,
    sentAt: Date.parse("2025-07-03T06:00:00Z") + seq * 1000,
    clientId: null,
    agentName: null,
    ...more,
  };
}
