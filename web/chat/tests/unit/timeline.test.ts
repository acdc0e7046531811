import { describe, expect, test } from "vitest";

import { languageFor } from "../../src/i18n/index.ts";
import type { Message } from "../../src/protocol/frames.ts";
import { initialState, type ChatState, type Outgoing } from "../../src/protocol/state.ts";
import {
  timeline,
  type ButtonState,
  type Item,
  type MessageItem,
} from "../../src/view/timeline.ts";
import { message } from "./messages.ts";

const zh = languageFor("zh");

function state(messages: Message[], more: Partial<ChatState> = {}): ChatState {
  return {
    ...initialState,
    conversation: "c",
    connection: "online",
    loaded: true,
    messages,
    ...more,
  };
}

function show(messages: Message[], more: Partial<ChatState> = {}): Item[] {
  return timeline(state(messages, more), zh);
}

/** The states of each message's buttons, by sequence number. */
function buttons(messages: Message[], more: Partial<ChatState> = {}): ButtonState[][] {
  return show(messages, more).flatMap((item) =>
    item.kind === "message" || item.kind === "notice"
      ? item.buttons.length > 0
        ? [item.buttons.map((button) => button.state)]
        : []
      : [],
  );
}

const offer = (seq: number, more: Partial<Message> = {}): Message =>
  message(seq, {
    buttons: [
      { index: 0, title: "要" },
      { index: 1, title: "不要" },
    ],
    ...more,
  });

const outgoing = (more: Partial<Extract<Outgoing, { kind: "button" }>> = {}): Outgoing => ({
  kind: "button",
  clientId: "x",
  createdAt: Date.parse("2025-07-03T06:10:00Z"),
  failure: null,
  messageId: "m1",
  index: 1,
  title: "不要",
  ...more,
});

describe("quick replies", () => {
  test("can be pressed while nothing newer has been said", () => {
    expect(buttons([offer(1)])).toEqual([["live", "live"]]);
  });

  test("several messages of one bot turn leave each other's alone", () => {
    expect(buttons([offer(1), offer(2), message(3)])).toEqual([
      ["live", "live"],
      ["live", "live"],
    ]);
  });

  test("are stale after the customer's next message, and the chosen one is marked", () => {
    const said = message(2, { role: "customer", text: "不要" });
    expect(buttons([offer(1), said])).toEqual([["stale", "used"]]);
    const other = message(2, { role: "customer", text: "算了吧" });
    expect(buttons([offer(1), other])).toEqual([["stale", "stale"]]);
  });

  test("are stale after a person's message, and while the bot is not in charge", () => {
    expect(buttons([offer(1), message(2, { role: "agent" })])).toEqual([["stale", "stale"]]);
    expect(buttons([offer(1)], { owner: "queue" })).toEqual([["stale", "stale"]]);
    expect(buttons([offer(1)], { owner: "agent" })).toEqual([["stale", "stale"]]);
  });

  test("of a notice can be pressed whoever is in charge: a survey after a talk with a person", () => {
    expect(buttons([offer(1, { role: "system" })], { owner: "agent" })).toEqual([["live", "live"]]);
  });

  test("of a notice end with the next notice: the ways out of a queue that is over", () => {
    const joined = message(2, { role: "system", text: "客服林晓已接入" });
    expect(buttons([offer(1, { role: "system" }), joined])).toEqual([["stale", "stale"]]);
  });

  test("are disabled from the press on, before any answer", () => {
    expect(buttons([offer(1)], { outgoing: [outgoing()] })).toEqual([["stale", "used"]]);
  });

  test("come back when the press did not get through, and not when the server refused it", () => {
    const lost = outgoing({ failure: { code: "no_answer", message: "", retryable: true } });
    expect(buttons([offer(1)], { outgoing: [lost] })).toEqual([["live", "live"]]);
    const refused = outgoing({ failure: { code: "stale", message: "", retryable: false } });
    expect(buttons([offer(1)], { outgoing: [refused] })).toEqual([["stale", "stale"]]);
  });

  test("are stale while a typed message is on its way", () => {
    const typed: Outgoing = {
      kind: "message",
      clientId: "y",
      createdAt: 1,
      failure: null,
      text: "等等",
    };
    expect(buttons([offer(1)], { outgoing: [typed] })).toEqual([["stale", "stale"]]);
  });
});

describe("who answers", () => {
  const handovers = (messages: Message[]): string[] =>
    show(messages).flatMap((item) =>
      item.kind === "handover" ? [`${item.to}:${item.name ?? ""}`] : [],
    );
  const agent = (seq: number, agentName: string | null = "林晓"): Message =>
    message(seq, { role: "agent", agentName });

  test("a person's arrival and the bot's return are marked once each", () => {
    expect(handovers([message(1), agent(2), agent(3), message(4), message(5)])).toEqual([
      "agent:林晓",
      "bot:",
    ]);
  });

  test("a colleague's arrival is marked too", () => {
    expect(handovers([agent(1), agent(2, "王敏")])).toEqual(["agent:林晓", "agent:王敏"]);
  });

  test("not beside a notice that says so", () => {
    const joined = message(2, { role: "system", text: "客服林晓已接入" });
    const ended = message(4, { role: "system", text: "人工服务已结束" });
    expect(handovers([message(1), joined, agent(3), ended, message(5)])).toEqual([]);
    const queued = message(2, { role: "system", text: "已进入排队" });
    expect(handovers([message(1), queued, agent(3)])).toEqual(["agent:林晓"]);
  });

  test("a notice that names the person who comes is the mark itself, in its own words", () => {
    const joined = message(2, { role: "system", text: "客服林晓已接入", agentName: "林晓" });
    const kinds = show([message(1), joined, agent(3)]).filter(({ kind }) => kind !== "message");
    expect(kinds.slice(1)).toEqual([
      { kind: "handover", key: "m2", to: "agent", text: "客服林晓已接入", name: "林晓" },
    ]);
  });

  test("a run by one speaker carries one name", () => {
    const items = show([message(1), message(2), agent(3), message(4, { role: "customer" })]);
    const first = items
      .filter((item): item is MessageItem => item.kind === "message")
      .map((item) => item.first);
    expect(first).toEqual([true, false, true, true]);
  });
});

describe("the rest", () => {
  test("a time stands at the start and after each pause of five minutes", () => {
    const minute = 60_000;
    const items = show([
      message(1, { sentAt: 0 }),
      message(2, { sentAt: 4 * minute }),
      message(3, { sentAt: 9 * minute }),
    ]);
    expect(items.map(({ kind }) => kind)).toEqual([
      "time",
      "message",
      "message",
      "time",
      "message",
    ]);
  });

  test("what cannot be shown makes no empty bubble", () => {
    const bill = { bill: { total: "1.00" } };
    expect(show([message(1, { text: null, custom: bill }), message(2, { text: null })])).toEqual(
      [],
    );
    expect(show([message(1, { text: "有文字", custom: bill })])).toHaveLength(2);
  });

  test("the delivery of what is on its way follows the connection and the answer", () => {
    const item: Outgoing = {
      kind: "message",
      clientId: "y",
      createdAt: 1,
      failure: null,
      text: "喂",
    };
    const delivery = (more: Partial<ChatState>): unknown =>
      (show([], { outgoing: [item], ...more }).pop() as MessageItem).delivery;
    expect(delivery({})).toEqual({ kind: "sending" });
    expect(delivery({ connection: "offline" })).toEqual({ kind: "waiting" });
    const failure = { code: "blocked", message: "不能发送", retryable: false };
    expect(delivery({ outgoing: [{ ...item, failure }] })).toEqual({
      kind: "failed",
      reason: "不能发送",
      retryable: false,
    });
  });

  test("a message keeps its key from the first tap to the server's echo", () => {
    const item: Outgoing = {
      kind: "message",
      clientId: "y",
      createdAt: 1,
      failure: null,
      text: "喂",
    };
    const before = show([], { outgoing: [item] }).map(({ key }) => key);
    const after = show([message(1, { role: "customer", clientId: "y" })]).map(({ key }) => key);
    expect(after).toEqual(before);
  });

  test("keys are unique", () => {
    const keys = show([
      offer(1),
      message(2, { role: "agent", agentName: "a" }),
      message(3),
      offer(9, { role: "system" }),
    ]).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
