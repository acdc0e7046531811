import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const CSS = readFileSync(new URL("../../src/view/style.css", import.meta.url), "utf8");

function tokens(block: string): Map<string, string> {
  return new Map(
    Array.from(block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g), ([, name, value]) => [
      name ?? "",
      value ?? "",
    ]),
  );
}

const [light = "", dark = ""] = Array.from(
  CSS.matchAll(/:host\s*\{([^}]*)\}/g),
  ([, block]) => block ?? "",
);

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** Text and what it stands on. */
const PAIRS: readonly (readonly [string, string])[] = [
  ["ink", "ground"],
  ["ink", "surface"],
  ["ink", "person-soft"],
  ["faint", "ground"],
  ["faint", "surface"],
  ["faint", "line"],
  ["brand-ink", "surface"],
  ["brand-ink", "ground"],
  ["brand-ink", "brand-soft"],
  ["on-brand", "brand"],
  ["person", "surface"],
  ["person", "ground"],
  ["person", "person-soft"],
  ["surface", "person"],
  ["alert", "surface"],
  ["alert", "ground"],
  ["alert", "alert-soft"],
];

describe.each([
  ["light", tokens(light)],
  ["dark", new Map([...tokens(light), ...tokens(dark)])],
])("%s colours", (_, colours) => {
  test.each(PAIRS)("%s on %s has at least 4.5:1", (text, ground) => {
    expect(contrast(colours.get(text) ?? "", colours.get(ground) ?? "")).toBeGreaterThanOrEqual(
      4.5,
    );
  });
});
