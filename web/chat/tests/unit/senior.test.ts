import { describe, expect, test } from "vitest";

import { seniorWish } from "../../src/view/senior.ts";
import { message } from "./messages.ts";

describe("what the bot has last said of senior mode", () => {
  test("nothing", () => {
    expect(seniorWish([])).toBeNull();
    expect(seniorWish([message(1), message(2, { custom: { table: {} } })])).toBeNull();
  });

  test("the newest counts", () => {
    const messages = [
      message(1, { custom: { senior: true } }),
      message(2),
      message(3, { custom: { senior: false } }),
      message(4),
    ];
    expect(seniorWish(messages)).toEqual({ id: "m3", on: false });
  });

  test.each([["yes"], [1], [null], [{}]])("%j is no wish", (senior) => {
    expect(seniorWish([message(1, { custom: { senior } })])).toBeNull();
  });

  test("only the bot says so", () => {
    expect(seniorWish([message(1, { role: "customer", custom: { senior: true } })])).toBeNull();
  });
});
