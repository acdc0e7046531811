import { describe, expect, test } from "vitest";

import {
  initialState,
  reduce,
  type ChatEvent,
  type ChatState,
  type Outgoing,
} from "../../src/protocol/state.ts";
import { message } from "./messages.ts";

const said: Outgoing = {
  kind: "message",
  clientId: "a",
  createdAt: 1,
  failure: null,
  text: "查话费",
};

function after(...events: ChatEvent[]): ChatState {
  return events.reduce(reduce, { ...initialState, conversation: "c1" });
}

const seqs = (state: ChatState): number[] => state.messages.map(({ seq }) => seq);

describe("messages", () => {
  test("a number that was received, or is below one that was, is ignored", () => {
    const state = after(
      { type: "message", message: message(3) },
      { type: "message", message: message(3, { text: "again" }) },
      { type: "message", message: message(2) },
      { type: "message", message: message(7) },
    );
    expect(seqs(state)).toEqual([3, 7]);
    expect(state.messages[0]?.text).toBe("text 3");
    expect(state.cursor).toBe(7);
  });

  test("an acknowledgement does not move the cursor past what has not come yet", () => {
    const state = after(
      { type: "queued", item: said },
      { type: "acked", clientId: "a", id: "x", seq: 5 },
      { type: "message", message: message(4) },
    );
    expect(state.cursor).toBe(4);
    expect(seqs(state)).toEqual([4, 5]);
    expect(state.outgoing).toEqual([]);
  });

  test("the echo of an acknowledged message replaces it: the server may have masked a code", () => {
    const state = after(
      { type: "queued", item: { ...said, text: "验证码 123456" } },
      { type: "acked", clientId: "a", id: "x", seq: 5 },
      {
        type: "message",
        message: message(5, { id: "x", role: "customer", clientId: "a", text: "验证码 ******" }),
      },
    );
    expect(state.messages.map(({ text }) => text)).toEqual(["验证码 ******"]);
    expect(state.cursor).toBe(5);
  });

  test("an echo before its acknowledgement takes the message out of the outbox, once", () => {
    const state = after(
      { type: "queued", item: said },
      { type: "message", message: message(5, { role: "customer", clientId: "a" }) },
      { type: "acked", clientId: "a", id: "m5", seq: 5 },
    );
    expect(seqs(state)).toEqual([5]);
    expect(state.outgoing).toEqual([]);
  });

  test("what is known already is not queued a second time", () => {
    const state = after(
      { type: "message", message: message(5, { role: "customer", clientId: "a" }) },
      { type: "queued", item: said },
    );
    expect(state.outgoing).toEqual([]);
  });

  test("a message ends its sender's typing sign", () => {
    const state = after(
      { type: "typing", role: "bot", on: true },
      { type: "message", message: message(1) },
    );
    expect(state.typing.bot).toBe(false);
  });
});

describe("ownership", () => {
  test("the queue and the agent's name last as long as their owner", () => {
    const waiting = after({
      type: "state",
      state: { owner: "queue", position: 2, agentName: null, canLeave: true, options: ["bot"] },
    });
    expect(waiting.queue).toEqual({ position: 2, canLeave: true, options: ["bot"] });
    const served = reduce(waiting, {
      type: "state",
      state: { owner: "agent", position: null, agentName: "林晓", canLeave: false, options: [] },
    });
    expect(served.queue).toBeNull();
    expect(served.agentName).toBe("林晓");
    expect(reduce(served, { type: "ready", owner: "agent" }).agentName).toBe("林晓");
    expect(reduce(served, { type: "ready", owner: "bot" }).agentName).toBeNull();
  });

  test("who waits no more leaves no queue: the wish to do so is dropped", () => {
    const leave: Outgoing = {
      kind: "leave",
      clientId: "l",
      createdAt: 1,
      failure: null,
      to: "bot",
    };
    const state = after(
      { type: "ready", owner: "queue" },
      { type: "queued", item: leave },
      { type: "ready", owner: "agent" },
    );
    expect(state.outgoing).toEqual([]);
  });
});

test("another conversation begins from nothing", () => {
  const state = after(
    { type: "message", message: message(9) },
    { type: "queued", item: said },
    { type: "conversation", conversation: "c2" },
  );
  expect(state).toEqual({ ...initialState, conversation: "c2" });
});

test("an event that changes nothing returns the same state", () => {
  const state = after({ type: "message", message: message(1) });
  expect(reduce(state, { type: "message", message: message(1) })).toBe(state);
  expect(reduce(state, { type: "connection", connection: "connecting" })).toBe(state);
  expect(reduce(state, { type: "acked", clientId: "unknown", id: "x", seq: 3 })).toBe(state);
  expect(reduce(state, { type: "typing", role: "bot", on: false })).toBe(state);
});
