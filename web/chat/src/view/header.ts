import type { Language } from "../i18n";
import type { ChatState } from "../protocol/state";
import { h, icon, isEnabled, setEnabled, setText } from "./dom";
import { HandoffPanel } from "./handoff";
import { humanRequested } from "./timeline";

/** Top of the page: whose chat this is, the way to a person, the text size, and who is answering. */
export class Header {
  readonly element: HTMLElement;
  private readonly human: HTMLButtonElement;
  private readonly humanText = h("span", {});
  private readonly senior: HTMLButtonElement;
  private readonly elsewhere: HTMLButtonElement;
  private readonly seniorText = h("span", {});
  private readonly answerer = h("p", { className: "answerer-text" });
  private readonly bar: HTMLElement;
  private readonly presence = h("span", {
    className: "presence",
    attributes: { "aria-hidden": "true" },
  });
  private shown = "";

  constructor(
    private readonly language: Language,
    brand: string,
    actions: { human(): void; senior(): void; elsewhere(): void },
  ) {
    this.elsewhere = h(
      "button",
      { className: "tool elsewhere", hidden: true, onclick: () => actions.elsewhere() },
      icon("phone"),
      h("span", {}, language.handoff),
    );
    this.elsewhere.setAttribute("aria-label", language.handoff);
    this.human = h(
      "button",
      {
        className: "tool human",
        onclick: () => {
          if (isEnabled(this.human)) actions.human();
        },
      },
      icon("headset"),
      this.humanText,
    );
    this.senior = h(
      "button",
      { className: "tool senior", onclick: () => actions.senior() },
      this.seniorText,
    );
    const mark = h(
      "span",
      { className: "mark", attributes: { "aria-hidden": "true" } },
      icon("assistant"),
    );
    const title = h("h1", {}, brand);
    this.bar = h("div", { className: "answerer", attributes: { role: "status" } }, this.answerer);
    this.element = h(
      "header",
      { className: "head" },
      h(
        "div",
        { className: "head-row" },
        h(
          "div",
          { className: "brand" },
          h("span", { className: "mark-box" }, mark, this.presence),
          title,
        ),
        this.elsewhere,
        this.senior,
        this.human,
      ),
      this.bar,
    );
  }

  focusElsewhere(): void {
    this.elsewhere.focus();
  }

  update(state: ChatState, senior: boolean): void {
    const { language } = this;
    this.elsewhere.hidden = !HandoffPanel.offered(state);
    const busy = language.humanStatus[state.owner];
    setText(this.humanText, busy ?? language.human);
    setEnabled(this.human, busy === undefined && !humanRequested(state));
    setText(this.seniorText, senior ? language.standard : language.senior);
    this.senior.setAttribute("aria-label", senior ? language.seniorOff : language.seniorOn);
    this.presence.className = `presence ${state.connection}`;
    const name = state.agentName;
    const [text, iconName] =
      state.owner === "agent"
        ? ([language.servedBy(name), "headset"] as const)
        : state.owner === "closed"
          ? ([language.closed, "check"] as const)
          : ([language.aiLabel, "spark"] as const);
    if (this.shown !== iconName + text) {
      this.shown = iconName + text;
      // Broken between its parts, if it has to be broken at all.
      const parts = text.split(/( · )/).map((part) => h("span", {}, part));
      this.answerer.replaceChildren(icon(iconName), h("span", { className: "parts" }, ...parts));
    }
  }
}
