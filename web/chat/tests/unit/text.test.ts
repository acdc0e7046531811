import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { languageFor } from "../../src/i18n/index.ts";
import { prepare } from "../../src/text/compose.ts";
import { linkify, safeImage } from "../../src/text/linkify.ts";
import { parseTable } from "../../src/text/table.ts";
import { timeLabels } from "../../src/text/time.ts";

describe("prepare", () => {
  test.each(["", " ", "\n\t ", "\u3000", "\u200b\u200d", "\u0000\u0007", "\u202e"])(
    "%j is empty",
    (typed) => {
      expect(prepare(typed)).toEqual({ kind: "empty" });
    },
  );

  test("trims, keeps lines, drops control characters and direction marks", () => {
    expect(prepare("  一\r\n二\u0000\u202e三 ")).toEqual({
      kind: "text",
      text: "一\n二三",
      length: 4,
    });
  });

  test("an emoji alone is something to say; a family of them stays together", () => {
    expect(prepare("👨‍👩‍👧")).toMatchObject({ kind: "text", text: "👨‍👩‍👧" });
  });

  test("counts characters as the server does", () => {
    expect(prepare("😀".repeat(2000)).kind).toBe("text");
    expect(prepare("😀".repeat(2001))).toEqual({ kind: "too_long", length: 2001 });
  });
});

describe("linkify", () => {
  const links = (text: string): string[] =>
    linkify(text).flatMap((piece) => (piece.kind === "link" ? [piece.href] : []));

  test("ends an address where Chinese goes on", () => {
    expect(linkify("请看https://a.cn/5g。谢谢")).toEqual([
      { kind: "text", text: "请看" },
      { kind: "link", text: "https://a.cn/5g", href: "https://a.cn/5g" },
      { kind: "text", text: "。谢谢" },
    ]);
    expect(links("(见 http://a.cn/x_(y)), http://b.cn.")).toEqual([
      "http://a.cn/x_(y)",
      "http://b.cn/",
    ]);
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://a.cn",
    "https://10086.cn@evil.example/",
    "https://",
    "file:///etc/passwd",
    "www.a.cn",
  ])("%s is plain text", (text) => {
    expect(linkify(text)).toEqual([{ kind: "text", text }]);
  });

  test("loses and changes nothing, and links only to the web", () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom("http://", "https://a.cn", "javascript:", "<b>", "。", "@", " ", "(", ")"),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join("");
        const pieces = linkify(text);
        expect(pieces.map((piece) => piece.text).join("")).toBe(text);
        for (const piece of pieces) {
          if (piece.kind === "link")
            expect(["http:", "https:"]).toContain(new URL(piece.href).protocol);
        }
      }),
    );
  });
});

describe("safeImage", () => {
  const server = new URL("http://127.0.0.1:8080/");
  test.each([
    ["/media/a.png", "http://127.0.0.1:8080/media/a.png"],
    ["http://127.0.0.1:8080/a.png", "http://127.0.0.1:8080/a.png"],
    ["https://cdn.example/a.png", "https://cdn.example/a.png"],
  ])("%s is shown", (address, href) => expect(safeImage(address, server)).toBe(href));
  test.each([
    "http://other.example/a.png",
    "//other.example/a.png",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "javascript:alert(1)",
    "blob:http://127.0.0.1:8080/x",
    "https://user:pw@cdn.example/a.png",
    "http://",
  ])("%s is not", (address) => expect(safeImage(address, server)).toBeNull());
});

describe("parseTable", () => {
  test("a table with its figures to the right, and a total in its last column", () => {
    const table = parseTable(
      {
        table: {
          title: "账单",
          columns: ["项目", "金额"],
          rows: [
            ["套餐", "99.00"],
            ["流量", 20],
          ],
          total: 119,
        },
      },
      "合计",
    );
    expect(table).toEqual({
      title: "账单",
      columns: ["项目", "金额"],
      rows: [
        ["套餐", "99.00"],
        ["流量", "20"],
      ],
      total: ["合计", "119"],
      numeric: [false, true],
    });
  });

  test("a total can be a whole row; rows are cut and filled to the columns", () => {
    const table = parseTable(
      {
        table: {
          columns: ["a", "b"],
          rows: [["1"], ["1", "2", "3"], "no row", [null, {}]],
          total: ["共", "2 GB"],
        },
      },
      "合计",
    );
    expect(table?.rows).toEqual([
      ["1", ""],
      ["1", "2"],
      ["", ""],
    ]);
    expect(table?.total).toEqual(["共", "2 GB"]);
    expect(table?.title).toBeNull();
  });

  test.each([
    null,
    {},
    { bill: {} },
    { table: null },
    { table: { columns: [], rows: [] } },
    { table: { columns: "a", rows: [] } },
  ])("%j is none", (custom) =>
    expect(parseTable(custom as Record<string, unknown> | null, "")).toBeNull(),
  );
});

describe("time labels", () => {
  const at = (iso: string): number => Date.parse(iso);
  const zh = timeLabels(languageFor("zh"), "Asia/Shanghai");
  const now = at("2025-07-03T00:30:00Z"); // 08:30 in Shanghai

  test.each([
    ["2025-07-03T00:05:00Z", "08:05"],
    ["2025-07-02T16:00:00Z", "00:00"],
    ["2025-07-02T15:59:00Z", "昨天 23:59"],
    ["2025-07-01T10:00:00Z", "7月1日 18:00"],
    ["2024-12-31T15:00:00Z", "2024年12月31日 23:00"],
  ])("%s reads %s", (iso, label) => expect(zh(at(iso), now)).toBe(label));

  test("English", () => {
    const en = timeLabels(languageFor("en-GB"), "Asia/Shanghai");
    expect(en(at("2025-07-01T10:00:00Z"), now)).toBe("1 Jul 18:00");
  });
});
