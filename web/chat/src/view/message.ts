import type { Language } from "../i18n";
import { linkify, safeImage } from "../text/linkify";
import type { Table } from "../text/table";
import { h, icon, isEnabled, setEnabled } from "./dom";
import type { ButtonItem, Delivery, Item, MessageItem } from "./timeline";

export interface MessageActions {
  press(messageId: string, index: number, title: string): void;
  retry(clientId: string): void;
  discard(clientId: string): void;
}

export interface MessageContext {
  readonly language: Language;
  readonly server: URL;
  readonly actions: MessageActions;
}

/** One message on the page; `update` changes what can change without touching the rest. */
export class MessageView {
  readonly element: HTMLElement;
  private readonly author: HTMLElement;
  private readonly body: HTMLElement;
  private readonly choices: Choices;
  private readonly status: HTMLElement;
  private shown: MessageItem | null = null;

  constructor(
    private readonly context: MessageContext,
    item: MessageItem,
  ) {
    this.author = h("div", { className: "author" });
    this.body = h("div", { className: "body" });
    this.choices = new Choices(context);
    this.status = h("div", { className: "status" });
    this.element = h("div", { className: "message" });
    const content = h(
      "div",
      { className: "content" },
      this.author,
      this.body,
      this.choices.element,
      this.status,
    );
    if (item.role === "customer") this.element.append(content);
    else this.element.append(avatar(item), content);
    this.update(item);
  }

  update(item: MessageItem): void {
    const before = this.shown;
    this.shown = item;
    const { language } = this.context;
    this.element.className = `message from-${item.role}`;
    this.element.classList.toggle("first", item.first);
    this.element.classList.toggle("last", item.last);
    if (before?.agentName !== item.agentName || before.role !== item.role) {
      this.author.replaceChildren(...authorLine(item, language));
    }
    if (
      before === null ||
      before.text !== item.text ||
      before.image !== item.image ||
      !sameTable(before.table, item.table)
    ) {
      this.body.replaceChildren(...bodyOf(item, this.context));
    }
    this.choices.update(item.messageId, item.buttons);
    this.showDelivery(item.clientId, item.delivery, before?.delivery ?? null);
  }

  private showDelivery(clientId: string | null, delivery: Delivery, before: Delivery | null): void {
    if (before !== null && JSON.stringify(before) === JSON.stringify(delivery)) return;
    const { language, actions } = this.context;
    this.status.replaceChildren();
    this.status.hidden = delivery.kind === "delivered";
    this.status.className = `status ${delivery.kind}`;
    if (delivery.kind === "sending" || delivery.kind === "waiting") {
      const text = delivery.kind === "sending" ? language.sending : language.waitingForNetwork;
      this.status.append(icon("clock"), h("span", {}, text));
    } else if (delivery.kind === "failed" && clientId !== null) {
      const { reason, retryable } = delivery;
      this.status.append(icon("alert"), h("span", { attributes: { role: "alert" } }, reason));
      if (retryable) {
        this.status.append(
          h(
            "button",
            { className: "text-button", onclick: () => actions.retry(clientId) },
            language.retry,
          ),
        );
      }
      this.status.append(
        h(
          "button",
          { className: "text-button", onclick: () => actions.discard(clientId) },
          language.discard,
        ),
      );
    }
  }
}

/** Quick replies below a message. */
export class Choices {
  readonly element = h("div", { className: "choices", hidden: true });
  private shown = "";

  constructor(private readonly context: MessageContext) {}

  update(messageId: string, buttons: readonly ButtonItem[]): void {
    const wanted = JSON.stringify([messageId, buttons.map(({ index, title }) => [index, title])]);
    if (wanted !== this.shown) {
      this.shown = wanted;
      this.element.hidden = buttons.length === 0;
      this.element.replaceChildren(
        ...buttons.map(({ index, title }) => this.button(messageId, index, title)),
      );
    }
    buttons.forEach(({ state }, at) => {
      const button = this.element.children[at] as HTMLButtonElement;
      setEnabled(button, state === "live");
      button.classList.toggle("used", state === "used");
      if (state === "used") button.setAttribute("aria-pressed", "true");
      else button.removeAttribute("aria-pressed");
    });
  }

  private button(messageId: string, index: number, title: string): HTMLButtonElement {
    const button = h(
      "button",
      {
        className: "choice",
        onclick: () => {
          if (isEnabled(button)) this.context.actions.press(messageId, index, title);
        },
      },
      icon("check"),
      h("span", {}, title),
    );
    return button;
  }
}

function avatar(item: MessageItem): HTMLElement {
  const person = item.role === "agent";
  const initial = person ? [...(item.agentName ?? "")][0] : undefined;
  return h(
    "div",
    { className: "avatar", attributes: { "aria-hidden": "true" } },
    initial ?? icon(person ? "person" : "assistant"),
  );
}

function authorLine(item: MessageItem, language: Language): Node[] {
  switch (item.role) {
    case "customer":
      return [h("span", {}, language.you)];
    case "bot":
      return [h("span", {}, language.aiName), h("span", { className: "badge" }, language.aiBadge)];
    case "agent":
      return [
        h("span", {}, item.agentName ?? language.humanFallback),
        h("span", { className: "badge" }, language.humanBadge),
      ];
  }
}

function bodyOf(item: MessageItem, { language, server }: MessageContext): Node[] {
  const nodes: Node[] = [];
  if (item.text !== null) {
    nodes.push(
      h("div", { className: "bubble", attributes: { dir: "auto" } }, ...textNodes(item.text)),
    );
  }
  if (item.image !== null) nodes.push(picture(item.image, server, language));
  if (item.table !== null) nodes.push(tableCard(item.table));
  return nodes;
}

export function textNodes(text: string): Node[] {
  return linkify(text).map((piece) =>
    piece.kind === "text"
      ? document.createTextNode(piece.text)
      : h(
          "a",
          {
            attributes: {
              href: piece.href,
              target: "_blank",
              rel: "noopener noreferrer nofollow",
              referrerpolicy: "no-referrer",
            },
          },
          piece.text,
        ),
  );
}

function picture(address: string, server: URL, language: Language): HTMLElement {
  const failed = (): HTMLElement => h("div", { className: "bubble faint" }, language.imageFailed);
  const source = safeImage(address, server);
  if (source === null) return failed();
  const image = h("img", {
    attributes: {
      alt: language.image,
      loading: "lazy",
      decoding: "async",
      referrerpolicy: "no-referrer",
    },
  });
  image.addEventListener("error", () => frame.replaceWith(failed()));
  image.src = source;
  const frame = h("div", { className: "picture" }, image);
  return frame;
}

function tableCard(table: Table): HTMLElement {
  const cells = (tag: "th" | "td", row: readonly string[], scope?: string): HTMLElement[] =>
    row.map((text, at) =>
      h(
        tag,
        {
          className: table.numeric[at] === true ? "figure" : "",
          ...(scope === undefined ? {} : { attributes: { scope } }),
        },
        text,
      ),
    );
  const head = h("thead", {}, h("tr", {}, ...cells("th", table.columns, "col")));
  const body = h("tbody", {}, ...table.rows.map((row) => h("tr", {}, ...cells("td", row))));
  const foot =
    table.total === null ? null : h("tfoot", {}, h("tr", {}, ...cells("td", table.total)));
  const caption = table.title === null ? null : h("caption", {}, table.title);
  // Focusable, for a wide table scrolls sideways by the arrow keys.
  const label = table.title === null ? {} : { "aria-label": table.title };
  return h(
    "div",
    { className: "table", tabIndex: 0, attributes: { role: "region", ...label } },
    h("table", {}, caption, head, body, foot),
  );
}

function sameTable(a: Table | null, b: Table | null): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** A notice of the system's: a quiet line in the middle, with choices when it offers some. */
export class NoticeView {
  readonly element: HTMLElement;
  private readonly text = h("p", { attributes: { dir: "auto" } });
  private readonly choices: Choices;

  constructor(context: MessageContext) {
    this.choices = new Choices(context);
    const label = h("span", { className: "unseen" }, context.language.system);
    this.element = h("div", { className: "notice" }, label, this.text, this.choices.element);
  }

  update(item: { text: string; messageId: string; buttons: readonly ButtonItem[] }): void {
    if (this.text.textContent !== item.text) this.text.replaceChildren(...textNodes(item.text));
    this.text.hidden = item.text === "";
    this.choices.update(item.messageId, item.buttons);
  }
}

/** A line across the log: somebody else answers from here on. */
export function handoverLine(
  { to, text: said, name }: Extract<Item, { kind: "handover" }>,
  language: Language,
): HTMLElement {
  const text = said ?? (to === "bot" ? language.backWithAi : language.withPerson(name));
  const label = h("span", {});
  label.append(icon(to === "bot" ? "spark" : "headset"), text);
  return h("div", { className: `handover to-${to}` }, label);
}

export function timeLine(label: string): HTMLElement {
  return h("div", { className: "time" }, label);
}
