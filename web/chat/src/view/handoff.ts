import type { Language } from "../i18n";
import type { Handoff } from "../protocol/handoff";
import type { ChatState } from "../protocol/state";
import { h, icon, setText } from "./dom";

/** The one channel that has words here. */
const CHANNEL = "wechat";

/** Where the chat can go on: the code to scan or to send, until it is used, closed or over. */
export class HandoffPanel {
  readonly element: HTMLElement;
  private readonly picture = h("img", { attributes: { width: "148", height: "148" } });
  private readonly code = h("p", { className: "handoff-code" });
  private readonly steps = h("p", { className: "handoff-steps" });
  private readonly left = h("p", { className: "handoff-left", attributes: { role: "status" } });
  private readonly again: HTMLButtonElement;
  private handoff: Handoff | null = null;
  private cancelTick: (() => void) | null = null;

  constructor(
    private readonly language: Language,
    private readonly ask: (channel: string) => Promise<Handoff | null>,
    private readonly closed: () => void,
  ) {
    this.picture.alt = language.handoffPicture;
    const close = h(
      "button",
      { className: "tool", onclick: () => this.close(), attributes: { "aria-label": language.close } },
      icon("close"),
    );
    this.again = h(
      "button",
      { className: "text-button", onclick: () => void this.open() },
      language.handoffAgain,
    );
    this.element = h(
      "section",
      {
        className: "handoff",
        hidden: true,
        tabIndex: -1,
        attributes: { "aria-label": language.handoff },
      },
      h(
        "div",
        { className: "handoff-inner" },
        this.picture,
        h(
          "div",
          { className: "handoff-text" },
          h("p", { className: "handoff-title" }, language.handoff),
          this.steps,
          this.code,
          this.left,
          this.again,
        ),
        close,
      ),
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  /** Whether there is anything to offer. */
  static offered(state: ChatState): boolean {
    return state.continueIn.includes(CHANNEL);
  }

  async toggle(): Promise<void> {
    if (this.element.hidden) await this.open();
    else this.close();
  }

  close(): void {
    this.element.hidden = true;
    this.handoff = null;
    this.destroy();
    this.closed();
  }

  destroy(): void {
    this.cancelTick?.();
    this.cancelTick = null;
  }

  private async open(): Promise<void> {
    const handoff = await this.ask(CHANNEL);
    if (handoff === null) return;
    this.handoff = handoff;
    const { qr, code } = handoff;
    this.picture.hidden = qr === null;
    if (qr !== null) this.picture.src = qr;
    setText(this.steps, qr === null ? this.language.handoffSend : this.language.handoffScan);
    setText(this.code, code);
    this.element.hidden = false;
    this.element.focus();
    this.tick();
  }

  /** What is left is told by the minute: a count of seconds would be read out without end. */
  private tick(): void {
    this.destroy();
    const { handoff } = this;
    if (handoff === null) return;
    const left = handoff.expiresAt - Date.now();
    const over = left <= 0;
    this.element.classList.toggle("over", over);
    this.again.hidden = !over;
    setText(this.left, over ? this.language.handoffOver : this.language.handoffLeft(minutes(left)));
    if (over) return;
    const timer = setTimeout(() => this.tick(), Math.min(left, 5_000) + 50);
    this.cancelTick = () => clearTimeout(timer);
  }
}

function minutes(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 60_000));
}
