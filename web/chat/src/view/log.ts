import type { Language } from "../i18n";
import type { ChatState } from "../protocol/state";
import type { TimeLabel } from "../text/time";
import { h, icon, setText } from "./dom";
import {
  handoverLine,
  MessageView,
  NoticeView,
  timeLine,
  type MessageActions,
  type MessageContext,
} from "./message";
import { timeline, type Item } from "./timeline";

/** Within so many pixels of its end the log follows what is new. */
const NEAR_END = 64;

interface Shown {
  readonly element: HTMLElement;
  update(item: Item): void;
}

export interface LogActions extends MessageActions {
  suggest(text: string): void;
}

/** The messages, scrolled to the newest unless the customer is reading further up. */
export class Log {
  readonly element: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly column: HTMLElement;
  private readonly list: HTMLElement;
  private readonly welcome: HTMLElement;
  private readonly typing: HTMLElement;
  private readonly typingText = h("span", { className: "unseen" });
  private readonly newer: HTMLButtonElement;
  private readonly shown = new Map<string, Shown>();
  private readonly observer: ResizeObserver | null;
  private readonly context: MessageContext;
  private following = true;
  private newest = 0;

  constructor(
    private readonly language: Language,
    private readonly label: TimeLabel,
    server: URL,
    suggestions: readonly string[],
    actions: LogActions,
  ) {
    this.context = { language, server, actions };
    this.welcome = welcome(language, suggestions, actions);
    this.list = h("div", {
      className: "log",
      attributes: {
        role: "log",
        "aria-live": "polite",
        "aria-label": language.log,
        "aria-busy": "true",
      },
    });
    this.typing = h(
      "div",
      { className: "typing", hidden: true, attributes: { role: "status" } },
      this.typingText,
      h(
        "span",
        { className: "dots", attributes: { "aria-hidden": "true" } },
        h("i"),
        h("i"),
        h("i"),
      ),
    );
    this.column = h("div", { className: "column" }, this.welcome, this.list, this.typing);
    this.scroller = h(
      "div",
      {
        className: "scroller",
        tabIndex: 0,
        attributes: { role: "region", "aria-label": language.log },
      },
      this.column,
    );
    this.newer = h(
      "button",
      { className: "newer", hidden: true, onclick: () => this.toEnd() },
      icon("down"),
      h("span", {}, language.newMessages),
    );
    this.element = h("div", { className: "stage" }, this.scroller, this.newer);
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    // Pictures load, the keyboard opens, the text grows: the end stays in sight.
    this.observer =
      typeof ResizeObserver === "undefined" ? null : new ResizeObserver(() => this.follow());
    this.observer?.observe(this.column);
    this.observer?.observe(this.scroller);
  }

  destroy(): void {
    this.observer?.disconnect();
  }

  update(state: ChatState, now: number): void {
    const items = timeline(state, this.language);
    this.welcome.hidden = items.length > 0 || !state.loaded;
    this.place(items, now);
    this.showTyping(state);
    // History is not read out; what comes from now on is.
    this.list.setAttribute("aria-busy", String(!state.loaded));
    const newest = state.messages[state.messages.length - 1]?.seq ?? 0;
    if (newest > this.newest && this.newest > 0 && !this.following) this.newer.hidden = false;
    this.newest = newest;
    this.follow();
  }

  toEnd(): void {
    this.following = true;
    this.newer.hidden = true;
    this.follow();
  }

  /** Puts the items on the page in order, moving and making as little as possible. */
  private place(items: readonly Item[], now: number): void {
    const wanted = new Set(items.map(({ key }) => key));
    for (const [key, { element }] of this.shown) {
      if (wanted.has(key)) continue;
      element.remove();
      this.shown.delete(key);
    }
    let next = this.list.firstChild;
    for (const item of items) {
      let shown = this.shown.get(item.key);
      if (shown === undefined) {
        shown = this.make(item, now);
        this.shown.set(item.key, shown);
      }
      shown.update(item);
      if (shown.element === next) next = next.nextSibling;
      else this.list.insertBefore(shown.element, next);
    }
  }

  private make(item: Item, now: number): Shown {
    switch (item.kind) {
      case "time":
        return still(timeLine(this.label(item.at, now)));
      case "handover":
        return still(handoverLine(item, this.language));
      case "notice": {
        const view = new NoticeView(this.context);
        return { element: view.element, update: (to) => to.kind === "notice" && view.update(to) };
      }
      case "message": {
        const view = new MessageView(this.context, item);
        return { element: view.element, update: (to) => to.kind === "message" && view.update(to) };
      }
    }
  }

  private showTyping({ typing, agentName }: ChatState): void {
    this.typing.hidden = !typing.bot && !typing.agent;
    if (this.typing.hidden) return;
    this.typing.classList.toggle("by-agent", typing.agent);
    const { language } = this;
    setText(this.typingText, typing.agent ? language.typingAgent(agentName) : language.typingBot);
  }

  private scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.following = scrollHeight - scrollTop - clientHeight < NEAR_END;
    if (this.following) this.newer.hidden = true;
  }

  private follow(): void {
    if (this.following) this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}

function still(element: HTMLElement): Shown {
  return { element, update: () => undefined };
}

function welcome(
  language: Language,
  suggestions: readonly string[],
  actions: LogActions,
): HTMLElement {
  return h(
    "section",
    { className: "welcome", hidden: true },
    h("span", { className: "welcome-mark" }, icon("assistant")),
    h("h2", {}, language.welcomeTitle),
    h("p", {}, language.welcomeText),
    h(
      "div",
      {
        className: "choices",
        attributes: { role: "group", "aria-label": language.suggestionsLabel },
      },
      ...suggestions.map((text) =>
        h(
          "button",
          { className: "choice", onclick: () => actions.suggest(text) },
          h("span", {}, text),
        ),
      ),
    ),
  );
}
