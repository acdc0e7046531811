import { HUMAN_REQUEST, languageFor } from "../i18n";
import { browserEnvironment, browserStore } from "../protocol/browser";
import { ChatClient } from "../protocol/client";
import { linkToken } from "../protocol/handoff";
import type { ChatState } from "../protocol/state";
import { timeLabels } from "../text/time";
import { NetworkBanner, QueueBanner } from "./banners";
import { Composer } from "./composer";
import { h } from "./dom";
import { HandoffPanel } from "./handoff";
import { Header } from "./header";
import { Log } from "./log";
import { seniorWish } from "./senior";
import styles from "./style.css?inline";

const SENIOR_KEY = "xiaoxun.senior";
/** The last message that turned senior mode on or off here. */
const SENIOR_WISH_KEY = "xiaoxun.senior.wish";
const TOAST_MS = 6_000;
const DEFAULT_TIME_ZONE = "Asia/Shanghai";

interface Page {
  readonly root: HTMLElement;
  readonly header: Header;
  readonly network: NetworkBanner;
  readonly queue: QueueBanner;
  readonly handoff: HandoffPanel;
  readonly log: Log;
  readonly composer: Composer;
  readonly toast: HTMLElement;
}

/**
 * The customers' chat: `<xiaoxun-chat></xiaoxun-chat>`, as large as the box it is put into.
 *
 * Attributes: `lang` ("zh", the default, or "en"); `server` (address of the care server, default the
 * page's own); `brand` (name in the header); `suggestions` (first questions, separated by "|");
 * `time-zone` (IANA name, default Asia/Shanghai).
 */
export class XiaoxunChat extends HTMLElement {
  static readonly observedAttributes = ["lang", "brand", "suggestions", "time-zone"];

  private readonly store = browserStore();
  private client: ChatClient | null = null;
  private page: Page | null = null;
  private senior = false;
  private cancelToast: (() => void) | null = null;
  private readonly cleanUp: (() => void)[] = [];

  connectedCallback(): void {
    if (this.shadowRoot === null) adoptStyles(this.attachShadow({ mode: "open" }));
    this.senior = this.store.get(SENIOR_KEY) === "1";
    const client = new ChatClient(browserEnvironment(this.server()), {
      changed: (state) => this.show(state),
      refused: (code, message) => this.refused(code, message),
    });
    this.client = client;
    this.build();
    this.listen(window, "online", () => client.wake());
    this.listen(window, "offline", () => client.networkLost());
    this.listen(window, "pageshow", () => client.wake());
    this.listen(document, "visibilitychange", () => {
      if (document.visibilityState === "visible") client.wake();
    });
    this.listen(window, "storage", (event) => {
      const { key } = event as StorageEvent;
      client.storeChanged(key);
      if (key === SENIOR_KEY) this.setSenior(this.store.get(SENIOR_KEY) === "1");
    });
    client.start();
    this.followLink(client);
  }

  disconnectedCallback(): void {
    for (const undo of this.cleanUp.splice(0)) undo();
    this.page?.log.destroy();
    this.page?.handoff.destroy();
    this.client?.stop();
    this.client = null;
    this.page = null;
  }

  attributeChangedCallback(): void {
    if (this.page !== null) this.build();
  }

  /** The page was opened by a link of another channel: the chat there goes on here. */
  private followLink(client: ChatClient): void {
    const token = linkToken(location.hash);
    if (token === null) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    void client.follow(token);
  }

  private server(): URL {
    return new URL(this.getAttribute("server") ?? "/", document.baseURI);
  }

  private listen(target: EventTarget, type: string, listener: (event: Event) => void): void {
    target.addEventListener(type, listener);
    this.cleanUp.push(() => target.removeEventListener(type, listener));
  }

  /** Makes the page anew, for a language; what is being written stays in its field. */
  private build(): void {
    const { client, shadowRoot } = this;
    if (client === null || shadowRoot === null) return;
    const draft = this.page?.composer.draft ?? "";
    this.page?.log.destroy();
    this.page?.handoff.destroy();
    const language = languageFor(this.getAttribute("lang"));
    const label = timeLabels(language, this.getAttribute("time-zone") ?? DEFAULT_TIME_ZONE);
    const say = (text: string): boolean => {
      const sent = client.say(text) === "sent";
      if (sent) this.page?.log.toEnd();
      return sent;
    };
    const suggestions = this.getAttribute("suggestions")?.split("|").filter(Boolean);
    const header = new Header(language, this.getAttribute("brand") ?? language.brand, {
      human: () => void say(HUMAN_REQUEST),
      senior: () => this.setSenior(!this.senior),
      elsewhere: () => void handoff.toggle(),
    });
    const handoff = new HandoffPanel(
      language,
      (channel) => client.handOff(channel),
      () => header.focusElsewhere(),
    );
    const network = new NetworkBanner(language, () => client.wake());
    const queue = new QueueBanner(language, (to) => client.leaveQueue(to));
    const log = new Log(language, label, this.server(), suggestions ?? language.suggestions, {
      press: (messageId, index, title) => {
        client.press(messageId, index, title);
        this.page?.log.toEnd();
      },
      retry: (clientId) => client.retry(clientId),
      discard: (clientId) => client.discard(clientId),
      suggest: (text) => void say(text),
    });
    const composer = new Composer(language, {
      say,
      typing: () => client.typing(),
      stoppedTyping: () => client.stoppedTyping(),
    });
    composer.draft = draft;
    const toast = h("div", { className: "toast", hidden: true, attributes: { role: "alert" } });
    const root = h(
      "div",
      { className: "chat", attributes: { lang: language.tag } },
      header.element,
      network.element,
      handoff.element,
      queue.element,
      log.element,
      toast,
      composer.element,
    );
    this.page = { root, header, network, queue, handoff, log, composer, toast };
    for (const old of shadowRoot.querySelectorAll(".chat")) old.remove();
    shadowRoot.append(root);
    this.show(client.state);
    composer.fit();
  }

  private show(state: ChatState): void {
    const { page } = this;
    if (page === null) return;
    this.followWish(state);
    page.root.dataset["owner"] = state.owner;
    page.root.classList.toggle("large", this.senior);
    page.header.update(state, this.senior);
    page.network.update(state);
    page.queue.update(state);
    page.log.update(state, Date.now());
  }

  /** Does once what the bot last said of senior mode. */
  private followWish(state: ChatState): void {
    const wish = seniorWish(state.messages);
    if (wish === null || this.store.get(SENIOR_WISH_KEY) === wish.id) return;
    this.store.set(SENIOR_WISH_KEY, wish.id);
    if (wish.on !== this.senior) this.setSenior(wish.on);
  }

  private setSenior(on: boolean): void {
    this.senior = on;
    this.store.set(SENIOR_KEY, on ? "1" : "0");
    if (this.client !== null) this.show(this.client.state);
    this.page?.composer.fit();
  }

  private refused(code: string, message: string): void {
    const { page } = this;
    if (page === null) return;
    const language = languageFor(this.getAttribute("lang"));
    page.toast.textContent = language.reasons[code] ?? (message || language.refused);
    page.toast.hidden = false;
    this.cancelToast?.();
    const timer = setTimeout(() => (page.toast.hidden = true), TOAST_MS);
    this.cancelToast = () => clearTimeout(timer);
  }
}

function adoptStyles(root: ShadowRoot): void {
  try {
    // A constructed sheet is no inline style: it passes a strict Content-Security-Policy.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const element = document.createElement("style");
    element.textContent = styles;
    root.append(element);
  }
}
