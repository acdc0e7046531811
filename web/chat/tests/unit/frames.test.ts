import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { parseServerFrame } from "../../src/protocol/frames.ts";
import { Outbox } from "../../src/protocol/outbox.ts";

const NOW = 1_751_500_000_000;

describe("frames from the server", () => {
  test("a message in the contract's form", () => {
    const frame = parseServerFrame(
      JSON.stringify({
        type: "message",
        seq: 3,
        id: "01J",
        role: "agent",
        text: "您好",
        buttons: [{ index: 0, title: "好" }],
        image: null,
        custom: { table: {} },
        sent_at: "2025-07-03T06:00:00Z",
        client_id: null,
        agent_name: "林晓",
      }),
      NOW,
    );
    expect(frame).toEqual({
      type: "message",
      message: {
        seq: 3,
        id: "01J",
        role: "agent",
        text: "您好",
        buttons: [{ index: 0, title: "好" }],
        image: null,
        custom: { table: {} },
        sentAt: Date.parse("2025-07-03T06:00:00Z"),
        clientId: null,
        agentName: "林晓",
      },
    });
  });

  test.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["an unknown type", '{"type":"selfdestruct"}'],
    ["an unknown role", '{"type":"message","seq":1,"id":"a","role":"admin"}'],
    ["no number", '{"type":"message","seq":"1","id":"a","role":"bot"}'],
    ["a broken number", '{"type":"message","seq":1.5,"id":"a","role":"bot"}'],
    ["an unknown owner", '{"type":"ready","conversation":"c","owner":"nobody","seq":0}'],
  ])("%s is dropped", (_, raw) => expect(parseServerFrame(raw, NOW)).toBeNull());

  test("a time that cannot be read becomes the time of receipt", () => {
    const frame = parseServerFrame(
      { type: "message", seq: 1, id: "a", role: "bot", sent_at: "soon" },
      NOW,
    );
    expect(frame).toMatchObject({ message: { sentAt: NOW, buttons: [], text: null } });
  });

  test("nothing of any shape makes it throw", () => {
    const type = fc.constantFrom(
      "ready",
      "message",
      "state",
      "typing",
      "ack",
      "error",
      "pong",
      "x",
    );
    const frame = fc
      .tuple(type, fc.dictionary(fc.string(), fc.jsonValue()))
      .map(([name, rest]) => ({
        buttons: rest,
        options: [rest],
        seq: rest,
        ...rest,
        type: name,
      }));
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), frame, fc.json()),
        (raw) => void parseServerFrame(raw, NOW),
      ),
    );
  });
});

test("an outbox with rubbish in it gives what can be read and throws the rest away", () => {
  const disk = new Map<string, string>([
    ["xiaoxun.outbox.1", "{"],
    [
      "xiaoxun.outbox.2",
      '{"conversation":"c","item":{"kind":"message","clientId":"2","createdAt":5}}',
    ],
    [
      "xiaoxun.outbox.3",
      '{"conversation":"c","item":{"kind":"message","clientId":"3","createdAt":5,"text":"喂"}}',
    ],
    ["other", "untouched"],
  ]);
  const outbox = new Outbox({
    get: (key) => disk.get(key) ?? null,
    set: (key, value) => void disk.set(key, value),
    remove: (key) => void disk.delete(key),
    keys: () => [...disk.keys()],
  });
  expect(outbox.load("c", 10)).toEqual([
    { kind: "message", clientId: "3", createdAt: 5, failure: null, text: "喂" },
  ]);
  expect([...disk.keys()]).toEqual(["xiaoxun.outbox.3", "other"]);
});
