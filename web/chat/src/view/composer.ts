import type { Language } from "../i18n";
import { prepare, TEXT_LIMIT } from "../text/compose";
import { h, icon, setEnabled, setText } from "./dom";

const HINT_FROM = TEXT_LIMIT - 200;
const MOST_LINES = 5;

export interface ComposerActions {
  /** True when the text has been taken. */
  say(text: string): boolean;
  typing(): void;
  stoppedTyping(): void;
}

/** Where the customer writes. */
export class Composer {
  readonly element: HTMLFormElement;
  private readonly input: HTMLTextAreaElement;
  private readonly button: HTMLButtonElement;
  private readonly hint = h("p", {
    className: "hint",
    hidden: true,
    attributes: { id: "hint", role: "status" },
  });
  private composing = false;
  private cancelIdle: (() => void) | null = null;

  constructor(
    private readonly language: Language,
    private readonly actions: ComposerActions,
  ) {
    this.input = h("textarea", {
      attributes: {
        rows: "1",
        placeholder: language.placeholder,
        "aria-label": language.inputLabel,
        "aria-describedby": "hint",
        enterkeyhint: "send",
        autocomplete: "off",
        dir: "auto",
      },
    });
    this.button = h(
      "button",
      { className: "send", type: "submit", attributes: { "aria-label": language.send } },
      icon("send"),
      h("span", { attributes: { "aria-hidden": "true" } }, language.send),
    );
    this.element = h(
      "form",
      { className: "composer" },
      this.hint,
      h(
        "div",
        { className: "composer-row" },
        h("div", { className: "field" }, this.input),
        this.button,
      ),
    );
    this.element.noValidate = true;
    this.listen();
    this.refresh();
  }

  /** For a rebuilt page (another language): what was being written stays. */
  get draft(): string {
    return this.input.value;
  }

  set draft(text: string) {
    this.input.value = text;
    this.refresh();
  }

  focus(): void {
    this.input.focus();
  }

  private listen(): void {
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("compositionstart", () => (this.composing = true));
    this.input.addEventListener("compositionend", () => {
      this.composing = false;
      this.refresh();
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey)
        return;
      // Enter that picks a candidate of the input method. Safari has already ended the composition
      // when it tells of the key, and marks it by key code 229 only.
      if (this.composing || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("input", () => {
      this.refresh();
      if (this.input.value === "") this.idle();
      else this.busy();
    });
    this.input.addEventListener("blur", () => this.idle());
  }

  private submit(): void {
    if (!this.actions.say(this.input.value)) {
      this.refresh();
      return;
    }
    this.idle();
    this.draft = "";
  }

  private busy(): void {
    this.actions.typing();
    this.cancelIdle?.();
    const timer = setTimeout(() => this.idle(), 6_000);
    this.cancelIdle = () => clearTimeout(timer);
  }

  private idle(): void {
    this.cancelIdle?.();
    this.cancelIdle = null;
    this.actions.stoppedTyping();
  }

  /** The field grows with its text; the hint counts towards the end, and says by how much it is over. */
  private refresh(): void {
    const draft = prepare(this.input.value);
    const over = draft.kind === "too_long";
    setEnabled(this.button, draft.kind === "text");
    this.element.classList.toggle("over", over);
    this.input.setAttribute("aria-invalid", String(over));
    const near = draft.kind === "text" && draft.length >= HINT_FROM;
    this.hint.hidden = !over && !near;
    if (over) setText(this.hint, this.language.tooLong(TEXT_LIMIT, draft.length - TEXT_LIMIT));
    else if (near) setText(this.hint, this.language.remaining(TEXT_LIMIT - draft.length));
    this.fit();
  }

  /** Fits the field's height to its text, up to five lines. */
  fit(): void {
    const { style } = this.input;
    style.height = "auto";
    if (this.input.scrollHeight === 0) return; // not on the page yet
    const line = Number.parseFloat(getComputedStyle(this.input).lineHeight) || 24;
    const most = line * MOST_LINES + 20;
    style.height = `${Math.min(this.input.scrollHeight, most)}px`;
    style.overflowY = this.input.scrollHeight > most ? "auto" : "hidden";
  }
}
