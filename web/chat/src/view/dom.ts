/** Building elements. Text becomes text nodes; there is no way here to make markup of a string. */

type Child = Node | string | null;

type Properties<Tag extends keyof HTMLElementTagNameMap> = Partial<
  Pick<HTMLElementTagNameMap[Tag], "className" | "hidden" | "tabIndex" | "title">
> &
  (Tag extends "button" ? { type?: "button" | "submit" } : unknown) & {
    readonly attributes?: Readonly<Record<string, string>>;
    readonly onclick?: () => void;
  };

export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties<Tag> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  const { attributes, onclick, ...rest } = properties;
  Object.assign(element, rest);
  if (element instanceof HTMLButtonElement && !("type" in rest)) element.type = "button";
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
  if (onclick !== undefined) element.addEventListener("click", onclick);
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/** Sets the text only when it differs: an untouched live region is not read out again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Shown as disabled and ignored when pressed, yet it keeps the keyboard's focus. */
export function setEnabled(button: HTMLButtonElement, enabled: boolean): void {
  if (enabled) button.removeAttribute("aria-disabled");
  else button.setAttribute("aria-disabled", "true");
}

export function isEnabled(button: HTMLButtonElement): boolean {
  return button.getAttribute("aria-disabled") !== "true";
}

const SVG = "http://www.w3.org/2000/svg";

/** Drawn for a 24 x 24 field, with round 1.75 strokes. */
const PATHS = {
  assistant:
    "M12 3v2.5M7.5 5.5h9a4 4 0 0 1 4 4v5a4 4 0 0 1-4 4H13l-4 3v-3H7.5a4 4 0 0 1-4-4v-5a4 4 0 0 1 4-4ZM9 11v2M15 11v2",
  headset:
    "M4 14v-2a8 8 0 0 1 16 0v2M4 14a2 2 0 0 1 2-2h1v6H6a2 2 0 0 1-2-2ZM20 14a2 2 0 0 0-2-2h-1v6h1a2 2 0 0 0 2-2ZM20 16.5c0 2.2-1.8 3.5-4 3.5h-2",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM5 20c.6-3.4 3.4-5 7-5s6.400 1.600 7 5",
  send: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  check: "M5 12.500l4.500 4.500L19 7.500",
  alert: "M12 8v5M12 16.500v.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  clock: "M12 7.500V12l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  close: "M6 6l12 12M18 6L6 18",
  phone: "M8 3h8a1.500 1.500 0 0 1 1.500 1.500v15A1.500 1.500 0 0 1 16 21H8a1.500 1.500 0 0 1-1.500-1.500v-15A1.500 1.500 0 0 1 8 3ZM11 18h2",
  spark:
    "M12 4l1.800 5.200L19 11l-5.200 1.800L12 18l-1.800-5.200L5 11l5.200-1.800ZM18.500 16.500v4M16.500 18.500h4",
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
