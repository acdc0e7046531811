import { ChatClient } from "../../src/protocol/client.ts";
import { VirtualClock } from "../fake/clock.ts";
import { FakeBrowser, FakeNetwork } from "../fake/network.ts";
import { FakeService, type Behaviour, type FakeConversation } from "../fake/service.ts";

/** A service, a network and one browser, with a clock that the test turns. */
export class Stage {
  readonly clock = new VirtualClock();
  readonly service: FakeService;
  readonly network: FakeNetwork;
  readonly browser: FakeBrowser;
  readonly refusals: string[] = [];

  constructor(behaviour: Behaviour = {}) {
    this.service = new FakeService(() => this.clock.now(), behaviour);
    this.network = new FakeNetwork(this.clock, this.service);
    this.browser = new FakeBrowser(this.network);
  }

  /** Opens a tab; `browser` for another customer's. */
  open(browser = this.browser): ChatClient {
    const client = new ChatClient(browser.environment(), {
      changed: () => undefined,
      refused: (code) => this.refusals.push(code),
    });
    client.start();
    return client;
  }

  /** The only conversation, or the named one. */
  conversation(id?: string): FakeConversation {
    const all = [...this.service.conversations.values()];
    const found = id === undefined ? all[0] : this.service.conversations.get(id);
    if (found === undefined || (id === undefined && all.length > 1)) {
      throw new Error(`${all.length} conversations`);
    }
    return found;
  }

  get outbox(): string[] {
    return [...this.browser.disk.keys()].filter((key) => key.startsWith("xiaoxun.outbox."));
  }
}

export const texts = (client: ChatClient): (string | null)[] =>
  client.state.messages.map(({ text }) => text);

export const pending = (client: ChatClient): string[] =>
  client.state.outgoing.map((item) => (item.kind === "message" ? item.text : item.kind));
