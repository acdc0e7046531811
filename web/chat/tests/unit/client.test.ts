import { describe, expect, test } from "vitest";

import { ChatClient } from "../../src/protocol/client.ts";
import type { ClientFrame } from "../../src/protocol/frames.ts";
import { linkToken, parseHandoff } from "../../src/protocol/handoff.ts";
import { FakeBrowser } from "../fake/network.ts";
import type { FakeConversation } from "../fake/service.ts";
import { pending, Stage, texts } from "./stage.ts";

const SECOND = 1000;

describe("sending", () => {
  test("a message shows at once, and once, when it is acknowledged and echoed", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    expect(client.state.connection).toBe("online");

    expect(client.say("  查话费 \n")).toBe("sent");
    expect(pending(client)).toEqual(["查话费"]);
    expect(stage.outbox).toHaveLength(1);
    await stage.clock.advance(SECOND);

    expect(pending(client)).toEqual([]);
    expect(texts(client)).toEqual(["查话费"]);
    expect(stage.outbox).toEqual([]);
  });

  test("the same for a server that does not echo to the sender", async () => {
    const stage = new Stage({ customer: (conversation) => conversation.say({ text: "好的" }) });
    const client = stage.open();
    await stage.clock.advance(SECOND);
    stage.conversation().echo = false;
    client.say("一");
    await stage.clock.advance(SECOND);
    client.say("二");
    await stage.clock.advance(SECOND);
    expect(texts(client)).toEqual(["一", "好的", "二", "好的"]);
    stage.network.cut();
    await stage.clock.advance(5 * SECOND);
    expect(texts(client)).toEqual(["一", "好的", "二", "好的"]);
  });

  test("an echo is as good as an acknowledgement: nothing is left in the outbox", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    stage.network.losesDown = (frame) => frame["type"] === "ack";
    client.say("一");
    await stage.clock.advance(SECOND);
    expect(texts(client)).toEqual(["一"]);
    expect(stage.outbox).toEqual([]);
    await stage.clock.advance(60 * SECOND);
    expect(stage.network.opened).toBe(1);
  });

  test("what is empty or too long is never sent", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    expect(client.say("")).toBe("empty");
    expect(client.say(" \n\t\u3000\u200b")).toBe("empty");
    expect(client.say("长".repeat(2001))).toBe("too_long");
    expect(client.say("😀".repeat(2000))).toBe("sent");
    await stage.clock.advance(SECOND);
    expect(stage.conversation().messages).toHaveLength(1);
  });

  test("said before there is a session, it is sent when there is one", async () => {
    const stage = new Stage();
    stage.network.down();
    const client = stage.open();
    client.say("喂");
    await stage.clock.advance(3 * SECOND);
    expect(client.state.connection).toBe("offline");
    stage.network.up = true;
    await stage.clock.advance(60 * SECOND);
    expect(texts(client)).toEqual(["喂"]);
    expect(stage.outbox).toEqual([]);
  });

  test("a refused message is marked, stays over a reload, and can be taken back", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    stage.network.losesUp = (frame) => {
      if (frame["type"] !== "message") return false;
      for (const line of stage.conversation().lines) {
        line({ type: "error", code: "blocked", message: "不行", client_id: frame["client_id"] });
      }
      return true;
    };
    client.say("坏");
    await stage.clock.advance(SECOND);
    expect(client.state.outgoing[0]?.failure).toEqual({
      code: "blocked",
      message: "不行",
      retryable: false,
    });

    client.stop();
    const again = stage.open();
    await stage.clock.advance(SECOND);
    expect(again.state.outgoing[0]?.failure?.code).toBe("blocked");
    again.discard(again.state.outgoing[0]?.clientId ?? "");
    expect(again.state.outgoing).toEqual([]);
    expect(stage.outbox).toEqual([]);
  });

  test("a line that swallows messages is dialled anew, and the customer told after three times", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    stage.network.losesUp = (frame) => frame["type"] === "message";
    client.say("有人吗");
    const { clientId } = client.state.outgoing[0] as { clientId: string };
    await stage.clock.advance(60 * SECOND);
    expect(stage.network.opened).toBe(3);
    expect(client.state.outgoing[0]?.failure).toMatchObject({ code: "no_answer", retryable: true });

    stage.network.losesUp = () => false;
    client.retry(clientId);
    await stage.clock.advance(SECOND);
    expect(texts(client)).toEqual(["有人吗"]);
    expect(stage.conversation().messages[0]?.client_id).toBe(clientId);
  });

  test("what was left unsent half a day ago is not sent by itself", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    stage.network.down();
    client.say("转人工");
    client.stop();
    await stage.clock.advance(13 * 3600 * SECOND);
    stage.network.up = true;
    const next = stage.open();
    await stage.clock.advance(SECOND);
    expect(next.state.outgoing[0]?.failure).toMatchObject({ code: "expired", retryable: true });
    expect(stage.conversation().messages).toEqual([]);
  });
});

describe("reconnecting", () => {
  test("resumes behind the last message and shows each once", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    const conversation = stage.conversation();
    conversation.say({ text: "1" });
    await stage.clock.advance(SECOND);
    stage.network.down();
    conversation.say({ text: "2" });
    conversation.say({ role: "system", text: "3" });
    stage.network.up = true;
    await stage.clock.advance(5 * SECOND);
    expect(texts(client)).toEqual(["1", "2", "3"]);
    const hellos = stage.network.received.filter(({ type }) => type === "hello");
    expect(hellos.map((hello) => hello["after"])).toEqual([0, 1]);
  });

  test("an unacknowledged message goes out again under its id and is stored once", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    client.say("查流量");
    await stage.clock.advance(25); // arrived; the acknowledgement is under way
    expect(stage.conversation().messages).toHaveLength(1);
    stage.network.cut();
    expect(pending(client)).toEqual(["查流量"]);
    await stage.clock.advance(5 * SECOND);
    expect(stage.conversation().messages).toHaveLength(1);
    expect(texts(client)).toEqual(["查流量"]);
    expect(pending(client)).toEqual([]);
  });

  test("waits longer after each failure, up to half a minute, and not at all when woken", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    stage.network.down();
    const waits: number[] = [];
    const opened = (): number => stage.network.opened;
    let before = opened();
    let since = stage.clock.now();
    for (let step = 0; step < 12_000 && waits.length < 9; step += 1) {
      await stage.clock.advance(10);
      if (client.state.connection !== "connecting") continue;
      waits.push(stage.clock.now() - since);
      await stage.clock.advance(50);
      since = stage.clock.now();
    }
    expect(waits).toHaveLength(9);
    // Chance is 0.5 here: three quarters of each span.
    for (const [at, wait] of waits.entries()) {
      const span = Math.min(30_000, 500 * 2 ** at) * 0.75;
      expect(wait).toBeGreaterThan(span - 150);
      expect(wait).toBeLessThan(span + 150);
    }
    stage.network.up = true;
    before = opened();
    client.wake();
    await stage.clock.advance(200);
    expect(opened()).toBe(before + 1);
    expect(client.state.connection).toBe("online");
  });

  test("a silent line is noticed by its heartbeat", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    stage.network.losesDown = () => true;
    await stage.clock.advance(34 * SECOND);
    expect(client.state.connection).toBe("online");
    await stage.clock.advance(2 * SECOND);
    expect(client.state.connection).not.toBe("online");
    stage.network.losesDown = () => false;
    await stage.clock.advance(30 * SECOND);
    expect(client.state.connection).toBe("online");
  });

  test("a heartbeat that is answered keeps one connection for an hour", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(3600 * SECOND);
    expect(stage.network.opened).toBe(1);
    expect(client.state.connection).toBe("online");
  });

  test("a reload gets everything back from the server, with the token of before", async () => {
    const stage = new Stage({ customer: (conversation) => conversation.say({ text: "好的" }) });
    const client = stage.open();
    await stage.clock.advance(SECOND);
    client.say("一");
    await stage.clock.advance(SECOND);
    stage.network.down();
    client.say("二");
    client.stop();
    const again = stage.open();
    stage.network.up = true;
    await stage.clock.advance(5 * SECOND);
    expect(texts(again)).toEqual(["一", "好的", "二", "好的"]);
    expect(stage.service.conversations.size).toBe(1);
  });

  test.each([false, true])(
    "the log counts as loaded with its history, not before (ready first: %s)",
    async (first) => {
      const stage = new Stage();
      stage.open().stop();
      const opened = stage.open();
      await stage.clock.advance(SECOND);
      opened.stop();
      const conversation = stage.conversation();
      conversation.readyFirst = first;
      conversation.say({ text: "1" });
      const seen: string[] = [];
      const client = new ChatClient(stage.browser.environment(), {
        changed: ({ loaded, messages }) => void seen.push(`${loaded} ${messages.length}`),
        refused: () => undefined,
      });
      client.start();
      await stage.clock.advance(SECOND);
      expect(seen).not.toContain("true 0");
      expect(seen.pop()).toBe("true 1");
    },
  );

  test("an empty conversation is loaded at once, one whose newest number is hidden soon after", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(100);
    expect(client.state.loaded).toBe(true);
    client.stop();
    stage.conversation().say({ text: "withdrawn" });
    stage.conversation().messages.length = 0;
    const next = stage.open();
    await stage.clock.advance(100);
    expect(next.state).toMatchObject({ connection: "online", loaded: false });
    await stage.clock.advance(SECOND);
    expect(next.state.loaded).toBe(true);
  });

  test("a token that ran out brings a new conversation; unsent words move over, buttons do not", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    const offer = stage.conversation().say({ text: "选一个", buttons: ["甲"] });
    await stage.clock.advance(SECOND);
    stage.network.down();
    client.press(offer.id, 0, "甲");
    client.say("还在吗");
    stage.service.tokens.clear();
    stage.network.up = true;
    await stage.clock.advance(20 * SECOND);
    expect(texts(client)).toEqual(["还在吗"]);
    expect(stage.service.conversations.size).toBe(2);
    expect(client.state.conversation).not.toBe(stage.service.conversations.keys().next().value);
    expect(stage.outbox).toEqual([]);
  });

  test("a server that has begun anew under the same name is read from the start", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    const conversation = stage.conversation();
    for (const text of ["1", "2", "3"]) conversation.say({ text });
    await stage.clock.advance(SECOND);
    stage.network.cut();
    conversation.messages.length = 0;
    (conversation as unknown as { seq: number }).seq = 0;
    conversation.say({ text: "new" });
    await stage.clock.advance(5 * SECOND);
    expect(texts(client)).toEqual(["new"]);
  });
});

describe("two tabs", () => {
  test("opened in the same moment they share one conversation", async () => {
    const stage = new Stage();
    const [left, right] = [stage.open(), stage.open()];
    await stage.clock.advance(SECOND);
    expect(stage.service.conversations.size).toBe(1);
    left.say("左");
    right.say("右");
    await stage.clock.advance(SECOND);
    expect(texts(left)).toEqual(texts(right));
    expect([...texts(left)].sort()).toEqual(["右", "左"].sort());
  });

  test("another tab's new session is taken over", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    stage.browser.disk.delete("xiaoxun.session");
    const other = stage.open();
    await stage.clock.advance(SECOND);
    expect(other.state.conversation).not.toBe(client.state.conversation);
    client.storeChanged("xiaoxun.session");
    await stage.clock.advance(SECOND);
    expect(client.state.conversation).toBe(other.state.conversation);
  });

  test("another customer's browser sees nothing of it", async () => {
    const stage = new Stage();
    const client = stage.open();
    const stranger = stage.open(new FakeBrowser(stage.network, "s"));
    await stage.clock.advance(SECOND);
    client.say("我的话");
    await stage.clock.advance(SECOND);
    expect(texts(stranger)).toEqual([]);
  });
});

describe("buttons and queue", () => {
  test("a button goes out as message id and index, and is stored under its title", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    const offer = stage.conversation().say({ text: "要换吗", buttons: ["要", "不要"] });
    await stage.clock.advance(SECOND);
    client.press(offer.id, 1, "不要");
    await stage.clock.advance(SECOND);
    const frame = stage.network.received.find(({ type }) => type === "button");
    expect(frame).toMatchObject({ message_id: offer.id, index: 1 } satisfies Partial<ClientFrame>);
    expect(texts(client)).toEqual(["要换吗", "不要"]);
  });

  test("leaving the queue: asked for once, over when somebody else is in charge", async () => {
    const left: string[] = [];
    const stage = new Stage({
      left(conversation, to) {
        left.push(to);
        conversation.own("bot");
      },
    });
    const client = stage.open();
    await stage.clock.advance(SECOND);
    stage.conversation().own("queue", { position: 2, options: ["wait", "ticket", "bot"] });
    await stage.clock.advance(SECOND);
    expect(client.state.queue?.position).toBe(2);
    client.leaveQueue("ticket");
    client.leaveQueue("ticket");
    await stage.clock.advance(SECOND);
    expect(left).toEqual(["ticket"]);
    expect(client.state.owner).toBe("bot");
    expect(client.state.queue).toBeNull();
    expect(stage.outbox).toEqual([]);
  });

  test("a wish to leave that never got through does not empty a later queue", async () => {
    const stage = new Stage({ left: () => expect.unreachable("left") });
    const client = stage.open();
    await stage.clock.advance(SECOND);
    const conversation = stage.conversation();
    conversation.own("queue", { position: 1, options: ["bot"] });
    await stage.clock.advance(SECOND);
    stage.network.down();
    client.leaveQueue("bot");
    client.stop();
    conversation.own("agent", { agentName: "林晓" });
    stage.network.up = true;
    const next = stage.open();
    await stage.clock.advance(2 * SECOND);
    conversation.own("queue", { position: 1, options: ["bot"] });
    await stage.clock.advance(60 * SECOND);
    expect(stage.outbox).toEqual([]);
    expect(next.state.owner).toBe("queue");
  });

  test("a person is told that the customer writes, the bot is not", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    client.typing();
    stage.conversation().own("agent", { agentName: "林晓" });
    await stage.clock.advance(SECOND);
    for (let key = 0; key < 5; key += 1) {
      client.typing();
      await stage.clock.advance(500);
    }
    client.stoppedTyping();
    await stage.clock.advance(SECOND);
    expect(stage.conversation().typed).toEqual([true, false]);
  });

  test("a typing sign whose end got lost goes away", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    stage.conversation().typing("bot", true);
    await stage.clock.advance(SECOND);
    expect(client.state.typing.bot).toBe(true);
    await stage.clock.advance(60 * SECOND);
    expect(client.state.typing.bot).toBe(false);
  });
});

describe("plain HTTP", () => {
  test("carries the chat where no WebSocket gets through", async () => {
    const stage = new Stage({
      customer: (conversation, { text }) => conversation.say({ text: `您说${text ?? ""}` }),
    });
    stage.network.sockets = false;
    const client = stage.open();
    client.say("一");
    await stage.clock.advance(20 * SECOND);
    expect(client.state.connection).toBe("online");
    let latency = 400;
    stage.network.httpLatency = () => (latency = Math.max(10, latency - 190)); // the later the faster
    client.say("二");
    client.say("三");
    await stage.clock.advance(2 * SECOND);
    expect(texts(client)).toEqual(["一", "您说一", "二", "您说二", "三", "您说三"]);
    expect(stage.outbox).toEqual([]);
    stage.conversation().own("agent", { agentName: "林晓" });
    stage.conversation().say({ role: "agent", text: "我来了", agentName: "林晓" });
    await stage.clock.advance(4 * SECOND);
    expect(client.state).toMatchObject({ owner: "agent", agentName: "林晓" });
    expect(texts(client)).toContain("我来了");
  });

  test("tells a refusal, keeps what a broken network swallowed, and goes back to the WebSocket", async () => {
    const stage = new Stage();
    stage.network.sockets = false;
    const client = stage.open();
    await stage.clock.advance(20 * SECOND);
    client.press("m99", 0, "没有的");
    await stage.clock.advance(SECOND);
    expect(client.state.outgoing[0]?.failure?.code).toBe("stale");
    client.discard(client.state.outgoing[0]?.clientId ?? "");

    stage.network.up = false;
    client.say("断网时说的");
    await stage.clock.advance(10 * SECOND);
    expect(pending(client)).toEqual(["断网时说的"]);
    stage.network.up = true;
    stage.network.sockets = true;
    await stage.clock.advance(400 * SECOND);
    expect(texts(client)).toEqual(["断网时说的"]);
    expect(stage.conversation().lines.size).toBe(1);
  });
});

describe("one story", () => {
  /** What the customer said in WeChat, in a conversation of its own. */
  async function elsewhere(stage: Stage, ...said: string[]): Promise<FakeConversation> {
    const { conversation } = stage.service.session(null);
    const other = stage.service.conversations.get(conversation) as FakeConversation;
    for (const text of said) {
      other.say({ role: "customer", text });
      await stage.clock.advance(SECOND);
    }
    return other;
  }

  test.each([true, false])("what was said elsewhere comes once, in order (sockets: %s)", async (sockets) => {
    const stage = new Stage();
    stage.network.sockets = sockets;
    const client = stage.open();
    await stage.clock.advance(30 * SECOND);
    client.say("一");
    await stage.clock.advance(5 * SECOND);
    const mine = stage.conversation();
    const other = await elsewhere(stage, "二", "三");
    client.say("四");
    await stage.clock.advance(5 * SECOND);
    mine.absorb(other);
    stage.network.cut(4409);
    await stage.clock.advance(30 * SECOND);
    expect(texts(client)).toEqual(["一", "二", "三", "四"]);
    client.say("五");
    await stage.clock.advance(5 * SECOND);
    expect(texts(client)).toEqual(["一", "二", "三", "四", "五"]);
  });

  test.each([true, false])("it may go on in the other conversation (sockets: %s)", async (sockets) => {
    const stage = new Stage();
    stage.network.sockets = sockets;
    const client = stage.open();
    await stage.clock.advance(30 * SECOND);
    client.say("一");
    await stage.clock.advance(5 * SECOND);
    const mine = stage.conversation();
    const other = await elsewhere(stage, "二");
    other.absorb(mine);
    const [token] = stage.service.tokens.keys();
    stage.service.tokens.set(token as string, other.id);
    stage.network.losesUp = (frame) => frame["type"] === "message";
    client.say("没发出去的");
    stage.network.losesUp = () => false;
    stage.network.cut(4409);
    await stage.clock.advance(60 * SECOND);
    expect(texts(client)).toEqual(["一", "二", "没发出去的"]);
    expect(client.state.conversation).toBe(other.id);
  });

  test("a server without such stories is served as ever", async () => {
    const stage = new Stage();
    const client = stage.open();
    await stage.clock.advance(SECOND);
    client.say("一");
    await stage.clock.advance(SECOND);
    stage.network.cut();
    await stage.clock.advance(5 * SECOND);
    expect(texts(client)).toEqual(["一"]);
    expect(client.state.continueIn).toEqual([]);
  });
});

describe("going on elsewhere", () => {
  test("what a handoff is, and what is none", () => {
    const wire = { code: "K7M2QX", expires_at: "2026-11-30T08:00:00+00:00", qr: "data:image/svg+xml,x" };
    expect(parseHandoff(wire)).toEqual({ code: "K7M2QX", expiresAt: 1796025600000, qr: wire.qr });
    expect(parseHandoff({ ...wire, qr: "https://evil.example/x.svg" })?.qr).toBeNull();
    expect(parseHandoff({ ...wire, code: 5 })).toBeNull();
    expect(parseHandoff(null)).toBeNull();
  });

  test("the token of a link", () => {
    expect(linkToken("#go=AbCdEfGhIjKlMnOpQrSt-_")).toBe("AbCdEfGhIjKlMnOpQrSt-_");
    for (const hash of ["", "#", "#go=", "#go=short", "#go=<script>alert(1)</script>", "#x=AbCdEfGhIjKlMnOpQrSt"])
      expect(linkToken(hash)).toBeNull();
  });
});
