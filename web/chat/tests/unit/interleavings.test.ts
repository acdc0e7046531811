import fc from "fast-check";
import { expect, test } from "vitest";

import type { ChatClient } from "../../src/protocol/client.ts";
import { Stage, texts } from "./stage.ts";

/** What can happen to two tabs of one customer; `tab` and `ms` are whatever the step needs. */
interface Step {
  readonly act:
    | "say"
    | "bot"
    | "agent"
    | "press"
    | "cut"
    | "down"
    | "up"
    | "reload"
    | "wait"
    | "storage"
    | "refuse";
  readonly tab: 0 | 1;
  readonly ms: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom(
    "say",
    "bot",
    "agent",
    "press",
    "cut",
    "down",
    "up",
    "reload",
    "wait",
    "storage",
    "refuse",
  ),
  tab: fc.constantFrom(0, 1),
  ms: fc.integer({ min: 0, max: 4000 }),
});

test("whatever happens, both tabs end with what the server has: nothing lost, nothing twice, in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, echo) => {
      const stage = new Stage();
      const tabs: [ChatClient, ChatClient] = [stage.open(), stage.open()];
      await stage.clock.advance(1000);
      const conversation = stage.conversation();
      conversation.echo = echo;
      const said: string[][] = [[], []];
      let count = 0;
      let pressed = 0;

      for (const { act, tab, ms } of steps) {
        const client = tabs[tab];
        switch (act) {
          case "say": {
            const text = `${tab}-${(count += 1)}`;
            said[tab]?.push(text);
            client.say(text);
            break;
          }
          case "bot":
            conversation.say({ text: `bot ${(count += 1)}`, buttons: ["好"] });
            break;
          case "agent":
            conversation.say({ role: "agent", text: `agent ${(count += 1)}`, agentName: "林晓" });
            break;
          case "press": {
            const offer = client.state.messages.find(({ buttons }) => buttons.length > 0);
            if (offer === undefined) break;
            pressed += 1;
            client.press(offer.id, 0, "好");
            break;
          }
          case "cut":
            stage.network.cut();
            break;
          case "down":
            stage.network.down();
            break;
          case "up":
            stage.network.up = true;
            break;
          case "refuse": // for a while only plain HTTP gets through
            stage.network.sockets = !stage.network.sockets;
            stage.network.cut();
            break;
          case "reload":
            client.stop();
            tabs[tab] = stage.open();
            break;
          case "storage":
            client.storeChanged("xiaoxun.session");
            break;
          case "wait":
            await stage.clock.advance(ms);
        }
        if (ms % 3 === 0) await stage.clock.advance(ms % 50); // catch things half way
        const seqs = client.state.messages.map(({ seq }) => seq);
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
      }

      stage.network.up = true;
      stage.network.sockets = true;
      await stage.clock.advance(400_000);
      // An item that no answer came for three times waits for the customer's tap.
      for (const client of tabs) {
        for (const { clientId, failure } of client.state.outgoing)
          if (failure !== null) client.retry(clientId);
      }
      await stage.clock.advance(400_000);

      const stored = conversation.messages.map(({ text }) => text);
      for (const client of tabs) {
        expect(texts(client)).toEqual(stored);
        expect(client.state.outgoing).toEqual([]);
        expect(client.state.connection).toBe("online");
      }
      expect(stage.outbox).toEqual([]);
      expect(stored.filter((text) => text === "好")).toHaveLength(pressed);
      for (const tab of [0, 1]) {
        expect(stored.filter((text) => text?.startsWith(`${tab}-`))).toEqual(said[tab]);
      }
      for (const client of tabs) client.stop();
    }),
    { numRuns: Number(process.env["RUNS"] ?? 300) },
  );
}, 60_000);
