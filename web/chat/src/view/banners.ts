import type { Language } from "../i18n";
import type { LeaveTarget, QueueOption } from "../protocol/frames";
import type { ChatState } from "../protocol/state";
import { h, icon, isEnabled, setEnabled, setText } from "./dom";

/** Shown while there is no line. The style sheet lets the first second pass in silence. */
export class NetworkBanner {
  readonly element: HTMLElement;
  private readonly text = h("span", {});
  private readonly button: HTMLButtonElement;

  constructor(
    private readonly language: Language,
    reconnect: () => void,
  ) {
    this.button = h("button", { className: "text-button", onclick: reconnect }, language.reconnect);
    this.element = h(
      "div",
      { className: "network", hidden: true, attributes: { role: "status" } },
      h("span", { className: "pulse", attributes: { "aria-hidden": "true" } }),
      this.text,
      this.button,
    );
  }

  update({ connection }: ChatState): void {
    const offline = connection === "offline";
    this.element.classList.toggle("offline", offline);
    if (connection !== "online")
      setText(this.text, offline ? this.language.offline : this.language.connecting);
    this.button.hidden = !offline;
    this.element.hidden = connection === "online";
  }
}

const LEAVES: readonly LeaveTarget[] = ["ticket", "callback", "bot"];

/** Shown while the customer waits for a person: the place in the queue and the ways out of it. */
export class QueueBanner {
  readonly element: HTMLElement;
  private readonly position = h("p", { className: "queue-position" });
  private readonly choices = h("div", {
    className: "queue-choices",
    attributes: { role: "group" },
  });
  private readonly more: HTMLButtonElement;
  private readonly hint: HTMLElement;
  private offered = "";
  private folded = false;
  private state: ChatState | null = null;

  constructor(
    private readonly language: Language,
    private readonly leave: (to: LeaveTarget) => void,
  ) {
    this.choices.setAttribute("aria-label", language.queueChoices);
    this.hint = h("p", { className: "queue-hint" }, language.queueHint);
    this.more = h(
      "button",
      { className: "text-button", onclick: () => this.fold(false) },
      language.otherWays,
    );
    this.element = h(
      "section",
      { className: "queue", hidden: true },
      h(
        "div",
        { className: "queue-inner" },
        h(
          "div",
          { className: "queue-text" },
          h("span", { className: "queue-icon" }, icon("clock")),
          h(
            "div",
            { attributes: { role: "status" } },
            h("p", { className: "queue-title" }, language.queueTitle),
            this.position,
            this.hint,
          ),
          this.more,
        ),
        this.choices,
      ),
    );
  }

  update(state: ChatState): void {
    this.state = state;
    const { queue } = state;
    this.element.hidden = queue === null;
    if (queue === null) {
      this.folded = false;
      this.offered = "";
      return;
    }
    const { language } = this;
    const { position } = queue;
    const place = position === null ? "" : language.queuePosition(position);
    setText(this.position, place);
    this.position.hidden = place === "";
    const options = optionsOf(queue.canLeave, queue.options);
    const offered = options.join();
    if (offered !== this.offered) {
      this.offered = offered;
      this.folded = false; // something new is offered: it should be seen
      this.choices.replaceChildren(...options.map((option) => this.option(option)));
    }
    const leaving = state.outgoing.some((item) => item.kind === "leave" && item.failure === null);
    for (const button of this.choices.children) setEnabled(button as HTMLButtonElement, !leaving);
    this.choices.hidden = options.length === 0 || this.folded;
    this.more.hidden = options.length === 0 || !this.folded;
  }

  private option(option: QueueOption): HTMLButtonElement {
    const { language } = this;
    const button = h(
      "button",
      {
        className: "choice",
        onclick: () => {
          if (!isEnabled(button)) return;
          if (option === "wait") this.fold(true);
          else this.leave(option);
        },
      },
      h("span", {}, option === "wait" ? language.wait : language.leave[option]),
    );
    return button;
  }

  private fold(folded: boolean): void {
    this.folded = folded;
    if (this.state !== null) this.update(this.state);
    if (folded) this.more.focus();
    else (this.choices.firstElementChild as HTMLElement | null)?.focus();
  }
}

/** What to show of the server's options: a customer who may leave is never without a way. */
export function optionsOf(canLeave: boolean, options: readonly QueueOption[]): QueueOption[] {
  if (!canLeave) return [];
  const leaves = LEAVES.filter((target) => options.includes(target));
  return ["wait", ...(leaves.length > 0 ? leaves : (["bot"] as const))];
}
