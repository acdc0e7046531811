import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { hangUp } from "../fake/server.ts";
import type { Behaviour, FakeConversation } from "../fake/service.ts";
import { chromiumPath, openBrowser, openSite, type Site } from "./site.ts";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let browser: Browser;
let site: Site;
let context: BrowserContext;
/** What the browser complained of, security policy included. */
let complaints: string[];

beforeAll(async () => {
  const path = chromiumPath();
  if (path === null) throw new Error("no Chromium: set CHROMIUM to its path");
  browser = await openBrowser(path);
});

afterAll(() => browser.close());

const heard: string[] = [];
const behaviour: Behaviour = {
  customer(conversation, { text }) {
    heard.push(text ?? "");
    if (conversation.owner === "bot") conversation.say({ text: `您说的是${text ?? ""}` });
  },
  left(conversation, to) {
    conversation.own("bot");
    conversation.say({ role: "system", text: `已离开排队:${to}` });
  },
};

beforeEach(async () => {
  heard.length = 0;
  complaints = [];
  site = await openSite(behaviour);
  context = await browser.newContext(PHONE);
  context.setDefaultTimeout(8_000);
});

afterEach(async () => {
  await context.close();
  await site.close();
  expect(complaints).toEqual([]);
});

async function open(more = "", into = context): Promise<Page> {
  const page = await into.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (entry) => {
    const expected = /WebSocket connection|503|ERR_INTERNET_DISCONNECTED/.test(entry.text());
    if (entry.type() === "error" && !expected) complaints.push(entry.text());
  });
  await page.goto(site.address + more);
  if (site.service.available) await online(page);
  return page;
}

const online = (page: Page): Promise<void> => page.locator(".presence.online").waitFor();

function conversation(): FakeConversation {
  const [only, ...others] = site.service.conversations.values();
  if (only === undefined || others.length > 0) throw new Error("not one conversation");
  return only;
}

/** The texts on the page, from top to bottom. */
const bubbles = (page: Page): Promise<string[]> => page.locator(".bubble").allTextContents();

async function shows(page: Page, wanted: string[]): Promise<void> {
  await expect.poll(() => bubbles(page), { timeout: 10_000 }).toEqual(wanted);
}

async function say(page: Page, text: string): Promise<void> {
  await page.locator("textarea").fill(text);
  await page.locator("textarea").press("Enter");
}

test("a message is answered, in both tabs, once; a reload and a cut line change nothing", async () => {
  const [left, right] = [await open(), await open()];
  await say(left, "查话费");
  await shows(left, ["查话费", "您说的是查话费"]);
  await shows(right, ["查话费", "您说的是查话费"]);

  hangUp(conversation());
  conversation().say({ text: "断线时说的" });
  const all = ["查话费", "您说的是查话费", "断线时说的"];
  await shows(left, all);
  await shows(right, all);

  await left.reload();
  await shows(left, all);
  expect(site.service.conversations.size).toBe(1);
});

test("what is said while the server is away is kept over a reload and goes out once", async () => {
  const page = await open();
  site.service.available = false;
  hangUp(conversation());
  await page.locator(".network.offline").waitFor();
  await say(page, "还在吗");
  await page.getByText("待网络恢复后发送").waitFor();
  await page.reload();
  await shows(page, ["还在吗"]);
  await say(page, "第二句");
  site.service.available = true;
  await shows(page, ["还在吗", "您说的是还在吗", "第二句", "您说的是第二句"].sort(byArrival));
  expect(heard).toEqual(["还在吗", "第二句"]);
  expect(await page.locator(".status:visible").count()).toBe(0);
});

/** Both sentences go out together, so both stand before the answers or between them. */
function byArrival(a: string, b: string): number {
  const order = ["还在吗", "您说的是还在吗", "第二句", "您说的是第二句"];
  return order.indexOf(a) - order.indexOf(b);
}

test("whatever is in a message, it is text", async () => {
  const page = await open();
  await page.evaluate(() => ((window as unknown as { hit: boolean }).hit = false));
  const attacks = [
    `<img src=x onerror="hit=true">`,
    `<script>hit=true</script>`,
    `"><svg onload=hit=true>`,
    `javascript:hit=true https://ok.example/a?b=<b>c</b>`,
  ];
  for (const text of attacks) {
    conversation().say({
      text,
      buttons: [text],
      custom: { table: { title: text, columns: [text], rows: [[text]], total: text } },
    });
    conversation().say({ role: "system", text });
    conversation().say({ role: "agent", text, agentName: text });
  }
  await expect.poll(async () => (await bubbles(page)).length).toBe(attacks.length * 2);
  expect([...new Set(await bubbles(page))]).toEqual(attacks);
  expect(await page.evaluate(() => (window as unknown as { hit: boolean }).hit)).toBe(false);
  expect(await page.locator(".log img, .log script, .log b").count()).toBe(0);
  const links = page.locator(".bubble a");
  expect(await links.first().getAttribute("href")).toBe("https://ok.example/a?b=");
  expect(await links.first().getAttribute("rel")).toContain("noopener");
});

test("pictures come from the server or over https; nothing else is even asked for", async () => {
  const page = await open();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  conversation().say({ text: "甲", image: "/chat/icon.svg" });
  conversation().say({ text: "乙", image: "http://other.example/a.png" });
  conversation().say({ text: "丙", image: "data:image/svg+xml,<svg/>" });
  await shows(page, ["甲", "乙", "图片无法显示", "丙", "图片无法显示"]);
  await page.locator(".picture img").waitFor();
  expect(asked).toEqual([new URL("/chat/icon.svg", site.address).href]);
});

test("Enter that picks a candidate of the input method does not send", async () => {
  const page = await open();
  const input = page.locator("textarea");
  await input.focus();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Input.imeSetComposition", {
    text: "chahuafei",
    selectionStart: 9,
    selectionEnd: 9,
  });
  await input.evaluate((element) => {
    const key = { key: "Enter", isComposing: true, bubbles: true, cancelable: true };
    element.dispatchEvent(new KeyboardEvent("keydown", key));
  });
  expect(await bubbles(page)).toEqual([]);
  await cdp.send("Input.insertText", { text: "查话费" });
  // Safari: the composition is over, yet the key is still the input method's.
  await input.evaluate((element) => {
    const key = new KeyboardEvent("keydown", {
      key: "Enter",
      keyCode: 229,
      bubbles: true,
      cancelable: true,
    });
    element.dispatchEvent(key);
  });
  expect(await bubbles(page)).toEqual([]);
  expect(await input.inputValue()).toBe("查话费");
  await page.keyboard.press("Enter");
  await shows(page, ["查话费", "您说的是查话费"]);
});

test("nothing is sent when there is nothing to say, or too much", async () => {
  const page = await open();
  await say(page, "   ");
  await page.locator(".send").click({ force: true });
  await page.locator("textarea").fill("长".repeat(2003));
  await page.getByText("最多 2000 字，已超出 3 字").waitFor();
  await page.locator("textarea").press("Enter");
  await page.locator(".send").click({ force: true });
  await page.locator("textarea").fill("一\n二");
  await page.locator(".send").click();
  await shows(page, ["一\n二", "您说的是一\n二"]);
  expect(heard).toEqual(["一\n二"]);
});

test("a quick reply goes out once, however often it is tapped, and keeps the keyboard's focus", async () => {
  const page = await open();
  conversation().say({ text: "要换吗", buttons: ["要", "不要"] });
  const choice = page.getByRole("button", { name: "不要" });
  await choice.focus();
  await choice.dblclick();
  await shows(page, ["要换吗", "不要", "您说的是不要"]);
  expect(heard).toEqual(["不要"]);
  expect(await choice.getAttribute("aria-disabled")).toBe("true");
  expect(await choice.getAttribute("aria-pressed")).toBe("true");
  expect(
    await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.textContent),
  ).toBe("不要");
});

test("the way to a person is always there; the queue shows the place and lets the customer out", async () => {
  const page = await open();
  expect(await page.locator(".answerer").textContent()).toBe("AI 智能助手 · 内容由人工智能生成");
  await page.getByRole("button", { name: "转人工" }).click();
  await expect.poll(() => heard).toEqual(["转人工"]);
  conversation().own("queue", { position: 3, options: ["wait", "ticket", "callback", "bot"] });
  await page.getByText("您排在第 3 位").waitFor();
  conversation().own("queue", { position: 1, options: ["wait", "ticket", "callback", "bot"] });
  await page.getByText("您排在第 1 位").waitFor();
  await page.getByRole("button", { name: "继续等待" }).click();
  expect(await page.getByRole("button", { name: "给我回电" }).isVisible()).toBe(false);
  await page.getByRole("button", { name: "不想等了" }).click();
  await page.getByRole("button", { name: "给我回电" }).click();
  await page.getByText("已离开排队:callback").waitFor();
  expect(await page.locator(".queue").isVisible()).toBe(false);
});

test("a person's turn is plain to see, and so is its end", async () => {
  const page = await open();
  conversation().say({ text: "我是小讯" });
  expect(await page.locator(".from-bot .badge").textContent()).toBe("AI 生成");
  conversation().own("agent", { agentName: "林晓" });
  conversation().say({ role: "agent", text: "我是林晓", agentName: "林晓" });
  await page.locator(".answerer").getByText("人工客服 林晓 正在为您服务").waitFor();
  await page.locator(".handover").getByText("人工客服 林晓 已接入").waitFor();
  expect(await page.locator(".from-agent .author").innerText()).toMatch(/林晓\s*人工/);
  conversation().own("bot");
  conversation().say({ text: "我回来了" });
  await page.locator(".handover").getByText("以下由 AI 智能助手回复").waitFor();
  await page.locator(".answerer").getByText("内容由人工智能生成").waitFor();
});

test("who reads further up is not pulled down, and is told what is new", async () => {
  const page = await open();
  for (let line = 0; line < 40; line += 1) conversation().say({ text: `第 ${line} 条` });
  await expect.poll(async () => (await bubbles(page)).length).toBe(40);
  const scroller = page.locator(".scroller");
  const top = (): Promise<number> => scroller.evaluate((element) => element.scrollTop);
  await expect.poll(top).toBeGreaterThan(500);
  // A scroll is told with the next frame; a customer's hand is slower than that.
  await scroller.evaluate(
    (element) =>
      new Promise((told) => {
        element.addEventListener("scroll", () => requestAnimationFrame(told), { once: true });
        element.scrollTop = 100;
      }),
  );
  conversation().say({ text: "最新" });
  await page.getByRole("button", { name: "新消息" }).click();
  await expect.poll(() => page.locator(".bubble").last().isVisible()).toBe(true);
  await expect
    .poll(() => scroller.evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight))
    .toBeLessThan(2);
});

/** Everything that can be on the page at once. */
async function crowd(page: Page): Promise<void> {
  const c = conversation();
  c.say({
    text: "账单".repeat(20),
    custom: {
      table: {
        title: "账单",
        columns: ["项目", "说明", "金额"],
        rows: [["套餐费", "很长的说明文字写在这里", "99.00"]],
        total: "99.00",
      },
    },
  });
  c.say({ role: "system", text: "系统提示" });
  c.say({ role: "agent", text: `https://example.com/${"a".repeat(120)}`, agentName: "林晓" });
  c.say({ text: "请选择", buttons: ["好", "一个很长很长很长很长很长很长很长的选项文字", "不"] });
  await page.locator(".log .choice").first().waitFor();
  c.own("queue", { position: 2, options: ["wait", "ticket", "callback", "bot"] });
  await page.locator(".queue").waitFor();
}

async function tooSmall(page: Page, target: number, text: number): Promise<string[]> {
  return page.evaluate(
    ([wantedTarget, wantedText]) => {
      const root = document.querySelector("xiaoxun-chat")?.shadowRoot;
      const found: string[] = [];
      for (const element of root?.querySelectorAll("button, textarea") ?? []) {
        const { width, height } = element.getBoundingClientRect();
        if (width > 0 && (width < wantedTarget - 0.5 || height < wantedTarget - 0.5)) {
          found.push(`${element.className || element.tagName}: ${width} x ${height}`);
        }
      }
      for (const element of root?.querySelectorAll("*") ?? []) {
        const own = [...element.childNodes].some(
          (node) => node.nodeType === 3 && node.textContent?.trim(),
        );
        if (
          own &&
          element.getClientRects().length > 0 &&
          Number.parseFloat(getComputedStyle(element).fontSize) < wantedText
        ) {
          found.push(`text of ${element.className || element.tagName}`);
        }
      }
      return found;
    },
    [target, text] as const,
  );
}

test("targets are 44 px at least; in the large form 60 px with 18 pt text, remembered", async () => {
  const page = await open();
  await crowd(page);
  expect(await tooSmall(page, 44, 12)).toEqual([]);
  await page.getByRole("button", { name: "切换到大字版" }).click();
  expect(await tooSmall(page, 60, 24)).toEqual([]);
  await page.reload();
  await online(page);
  await page.getByRole("button", { name: "切换到标准版" }).waitFor();
});

test("the bot makes the type large, once: who changes it by hand keeps that", async () => {
  const page = await open();
  conversation().say({ text: "字已经放大了", custom: { senior: true } });
  await page.getByRole("button", { name: "切换到标准版" }).waitFor();
  expect(await tooSmall(page, 60, 24)).toEqual([]);
  await page.getByRole("button", { name: "切换到标准版" }).click();
  await page.reload();
  await online(page);
  await page.getByRole("button", { name: "切换到大字版" }).waitFor();
  conversation().say({ text: "放大了", custom: { senior: true } });
  await page.getByRole("button", { name: "切换到标准版" }).waitFor();
  conversation().say({ text: "换回来了", custom: { senior: false } });
  await page.getByRole("button", { name: "切换到大字版" }).waitFor();
});

test.each(["", "?lang=en"])("nothing is wider than a 320 px phone %s", async (language) => {
  await context.close();
  context = await browser.newContext({ ...PHONE, viewport: { width: 320, height: 640 } });
  const page = await open(language);
  await crowd(page);
  for (let round = 0; round < 2; round += 1) {
    const wide = await page.evaluate(() => {
      const root = document.querySelector("xiaoxun-chat")?.shadowRoot;
      return [...(root?.querySelectorAll("*") ?? [])]
        .filter((element) => element.closest(".table, .unseen, .author") === null)
        .filter((element) => element.getBoundingClientRect().right > 320.5)
        .map((element) => element.className);
    });
    expect(wide).toEqual([]);
    await page.locator(".tool.senior").click();
  }
});

test("English where it is asked for, with what was being written kept", async () => {
  const page = await open();
  await page.locator("textarea").fill("half a sen");
  await page.evaluate(() => document.querySelector("xiaoxun-chat")?.setAttribute("lang", "en"));
  await page.locator(".answerer").getByText("answers are AI-generated").waitFor();
  expect(await page.locator("textarea").inputValue()).toBe("half a sen");
  await page.getByRole("button", { name: "Agent" }).click();
  await expect.poll(() => heard).toEqual(["转人工"]);
});

test("history is not read out, what is new is; motion stops for who asks for none", async () => {
  await context.close();
  context = await browser.newContext({ ...PHONE, reducedMotion: "reduce" });
  const page = await open();
  const log = page.getByRole("log");
  expect(await log.getAttribute("aria-live")).toBe("polite");
  await expect.poll(() => log.getAttribute("aria-busy")).toBe("false");
  conversation().say({ text: "一" });
  const message = page.locator(".message");
  await message.waitFor();
  expect(await message.evaluate((element) => getComputedStyle(element).animationName)).toBe("none");
});
