import type { LeaveTarget, Owner } from "../protocol/frames";

/** Everything the page itself says. What the bot says comes from the bot. */
export interface Language {
  readonly tag: string;
  readonly brand: string;
  readonly aiName: string;
  readonly aiLabel: string;
  readonly aiBadge: string;
  readonly humanBadge: string;
  readonly humanFallback: string;
  readonly you: string;
  readonly system: string;
  readonly log: string;

  readonly human: string;
  readonly humanStatus: Readonly<Partial<Record<Owner, string>>>;
  readonly senior: string;
  readonly standard: string;
  readonly seniorOn: string;
  readonly seniorOff: string;

  readonly placeholder: string;
  readonly inputLabel: string;
  readonly send: string;
  readonly remaining: (count: number) => string;
  readonly tooLong: (limit: number, over: number) => string;

  readonly connecting: string;
  readonly offline: string;
  readonly reconnect: string;
  readonly sending: string;
  readonly waitingForNetwork: string;
  readonly notSent: string;
  readonly expired: string;
  readonly retry: string;
  readonly discard: string;
  readonly refused: string;
  readonly reasons: Readonly<Record<string, string>>;

  readonly servedBy: (name: string | null) => string;
  readonly withPerson: (name: string | null) => string;
  readonly backWithAi: string;
  readonly closed: string;
  readonly typingBot: string;
  readonly typingAgent: (name: string | null) => string;

  readonly queueTitle: string;
  readonly queuePosition: (position: number) => string;
  readonly queueHint: string;
  readonly queueChoices: string;
  readonly wait: string;
  readonly otherWays: string;
  readonly leave: Readonly<Record<LeaveTarget, string>>;

  readonly welcomeTitle: string;
  readonly welcomeText: string;
  readonly suggestions: readonly string[];
  readonly suggestionsLabel: string;
  readonly newMessages: string;
  readonly chosen: string;
  readonly image: string;
  readonly imageFailed: string;
  readonly total: string;

  readonly handoff: string;
  readonly handoffScan: string;
  readonly handoffSend: string;
  readonly handoffLeft: (minutes: number) => string;
  readonly handoffOver: string;
  readonly handoffAgain: string;
  readonly handoffPicture: string;
  readonly close: string;

  readonly yesterday: string;
  readonly date: (year: number | null, month: number, day: number) => string;
}

/** What the button sends, in every language: the words the bot is trained on. */
export const HUMAN_REQUEST = "转人工";
