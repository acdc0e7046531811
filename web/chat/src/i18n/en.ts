import type { Language } from "./language";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

export const en: Language = {
  tag: "en",
  brand: "Xiaoxun",
  aiName: "Xiaoxun",
  aiLabel: "AI assistant · answers are AI-generated",
  aiBadge: "AI",
  humanBadge: "Agent",
  humanFallback: "Agent",
  you: "You",
  system: "Notice",
  log: "Conversation",

  human: "Agent",
  humanStatus: { queue: "Queued", agent: "Joined" },
  senior: "Large",
  standard: "Standard",
  seniorOn: "Switch to large text",
  seniorOff: "Switch to standard text",

  placeholder: "Type your question",
  inputLabel: "Message; Enter sends",
  send: "Send",
  remaining: (count) => `${count} characters left`,
  tooLong: (limit, over) => `At most ${limit} characters, ${over} too many: please shorten`,

  connecting: "Connecting…",
  offline: "You are offline, retrying",
  reconnect: "Reconnect",
  sending: "Sending",
  waitingForNetwork: "Waiting for the network",
  notSent: "Not sent",
  expired: "Not sent last time",
  retry: "Resend",
  discard: "Delete",
  refused: "That did not work, please try again later",
  reasons: {
    text_too_long: "The message is too long",
    rate_limited: "Too many messages at once, please wait a moment",
    stale: "This choice is no longer available",
  },

  servedBy: (name) => `You are talking to ${name ?? "one of our agents"}, a person`,
  withPerson: (name) => `${name ?? "An agent"} has joined`,
  backWithAi: "The AI assistant answers from here",
  closed: "This conversation is closed. Send a message to begin again",
  typingBot: "Xiaoxun is typing",
  typingAgent: (name) => `${name ?? "The agent"} is typing`,

  queueTitle: "Connecting you to an agent",
  queuePosition: (position) => `You are number ${position} in the queue`,
  queueHint: "Please wait, we will tell you here",
  queueChoices: "Instead of waiting",
  wait: "Keep waiting",
  otherWays: "Other options",
  leave: { ticket: "Open a ticket", callback: "Get a call back", bot: "Back to the assistant" },

  welcomeTitle: "Hello, I am Xiaoxun",
  welcomeText:
    "Ask me about bills, data, plans or broadband faults. To talk to a person, tap “Agent” at any time.",
  suggestions: ["查话费", "还剩多少流量", "想换个套餐", "宽带上不了网"],
  suggestionsLabel: "For example (the assistant speaks Chinese)",
  newMessages: "New messages",
  chosen: "chosen",
  image: "Picture",
  imageFailed: "The picture cannot be shown",
  total: "Total",

  handoff: "Continue in WeChat",
  handoffScan: "Scan with WeChat to go on with this chat on your phone, or send the code below to our official account.",
  handoffSend: "Open our official account in WeChat and send it the code below to go on with this chat.",
  handoffLeft: (minutes) => `Good for ${minutes} min and for one use. Do not share it.`,
  handoffOver: "The code has expired",
  handoffAgain: "Get another one",
  handoffPicture: "QR code to go on with this chat",
  close: "Close",

  yesterday: "Yesterday",
  date: (year, month, day) => `${day} ${MONTHS[month - 1] ?? ""}${year === null ? "" : ` ${year}`}`,
};
