// The phone: shows what the simulator says it shows, and tells it what the customer does. No state of its own worth keeping.

const $ = (id) => document.getElementById(id);
const NAMES = { official: "公众号", mini: "小程序", kf: "微信客服" };
const RESULTS = {
  answered: "已回答", silent: "已收下", malformed: "回答不合格", late: "超过五秒",
  cut: "连接断开", lost: "没送到", refused: "连不上", failed: "出错",
};
const STATES = ["新接入", "机器人", "排队", "人工", "已结束"];

let account = "official";
let last = 0;
let generation = 0;

const person = (path) => `/sim/${account}/customers/${encodeURIComponent($("name").value || "小王")}/${path}`;

async function post(path, body = {}) {
  const answer = await fetch(path, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) alert(await answer.text());
  await refresh();
  return answer.ok ? answer.json() : null;
}

const say = (text, menuId) => post(person("say"), { type: "text", text, menu_id: menuId });

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function sayButton(text, content, id) {
  return element("button", { type: "button", className: "say item", onclick: () => say(content, id) }, text);
}

function link(text, href) {
  return element("a", { href, target: "_blank", rel: "noopener" }, text);
}

function rich(parts) {
  return parts.map((part) => {
    if (part.menu_content) return sayButton(part.text, part.menu_content, part.menu_id);
    return part.href ? link(part.text, part.href) : document.createTextNode(part.text);
  });
}

function menuItem(item) {
  if (item.href) return element("span", { className: "item" }, link(item.content, item.href));
  if (item.id === undefined) return element("span", { className: "item" }, item.content);
  return sayButton(item.content, item.content, item.id);
}

function content(entry) {
  switch (entry.type) {
    case "image": return [element("img", { src: `/sim/media/${encodeURIComponent(entry.media_id)}`, alt: "图片" })];
    case "voice": return [`🔊 语音 ${entry.text ?? ""}`];
    case "msgmenu": return [entry.head, ...entry.items.map(menuItem), entry.tail];
    case "news": case "link":
      return entry.articles.flatMap((one) => [link(one.title, one.url), element("small", {}, one.description)]);
    case "miniprogrampage": case "miniprogram": return [`小程序卡片：${entry.title}`, element("small", {}, entry.pagepath)];
    case "transfer": return ["（转到微信自己的客服）"];
    default: return entry.rich ? rich(entry.rich) : [entry.text ?? `[${entry.type}]`];
  }
}

function show(entry) {
  const via = { passive: "被动回复", custom: "客服消息" }[entry.via];
  const row = element("li", { className: `${entry.from} ${entry.type}` }, ...content(entry));
  if (via) row.append(element("small", {}, via));
  $("entries").append(row);
  row.scrollIntoView({ block: "end" });
}

function showDeliveries(deliveries) {
  const rows = Object.entries(deliveries).reverse().map(([key, attempts]) => {
    const told = attempts.map((one) => `第${one.attempt}次 ${one.seconds.toFixed(2)}s ${RESULTS[one.result] ?? one.result}`);
    const bad = attempts.some((one) => !["answered", "silent"].includes(one.result));
    return element("li", { className: bad ? "bad" : "" }, `${key.slice(-6)} ${told.join("；")}`);
  });
  $("deliveries").replaceChildren(...rows);
}

async function follow() {
  const mine = ++generation;
  last = 0;
  $("entries").replaceChildren();
  while (mine === generation) {
    try {
      const answer = await fetch(`${person("shown")}?after=${last}&wait=${last ? 20 : 0}`);
      const state = await answer.json();
      if (mine !== generation) return;
      for (const entry of state.entries) show(entry);
      last = state.entries.at(-1)?.seq ?? last;
      $("typing").hidden = !state.typing;
      $("left").textContent = `${state.left} 条`;
      $("state").textContent = account === "kf" ? STATES[state.service_state] : "—";
      showDeliveries(state.deliveries);
      if (!last) await new Promise((done) => setTimeout(done, 500));
    } catch {
      await new Promise((done) => setTimeout(done, 2000));
    }
  }
}

function menuButton(button) {
  if (button.sub_button?.length) {
    return element("details", {}, element("summary", {}, button.name), element("div", {}, ...button.sub_button.map(menuButton)));
  }
  return element("button", { type: "button", onclick: () => press(button) }, button.name);
}

function press(button) {
  const view = button.type === "view";
  if (view) window.open(button.url, "_blank", "noopener");
  return post(person("event"), { event: view ? "VIEW" : "CLICK", fields: { EventKey: view ? button.url : button.key } });
}

async function refresh() {
  const [state, calls, shown] = await Promise.all([
    fetch("/sim/state").then((one) => one.json()),
    fetch("/sim/calls").then((one) => one.json()),
    fetch(`${person("shown")}?after=${last}`).then((one) => one.json()),
  ]);
  const tabs = Object.keys(state.accounts).map((kind) =>
    element("button", { type: "button", ariaPressed: String(kind === account), onclick: () => choose(kind) }, NAMES[kind] ?? kind));
  $("accounts").replaceChildren(...tabs);
  const mine = state.accounts[account];
  $("right").checked = mine.customer_service;
  $("allowed").checked = mine.allowed;
  if (!$("menu").matches(":focus-within")) $("menu").replaceChildren(...(mine.menu?.button ?? []).map(menuButton));
  const waiting = Object.entries(state.faults).filter(([, times]) => times);
  $("faults").textContent = waiting.map(([name, times]) => `${name} ${times < 0 ? "∞" : times}`).join("，") || "无";
  $("left").textContent = `${shown.left} 条`;
  showDeliveries(shown.deliveries);
  $("calls").replaceChildren(...calls.slice(-15).reverse().map((one) =>
    element("li", { className: one.errcode ? "bad" : "" }, `${one.path.replace("/cgi-bin/", "")} ${one.errcode}`)));
}

function choose(kind) {
  account = kind;
  void refresh();
  void follow();
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value;
  $("text").value = "";
  if (text) void say(text);
});

async function upload(kind, blob) {
  const answer = await fetch(`/sim/upload?type=${kind}`, { method: "POST", body: blob });
  if (!answer.ok) return alert(await answer.text());
  return (await answer.json()).media_id;
}

$("file").addEventListener("change", async () => {
  const [file] = $("file").files;
  $("file").value = "";
  const media_id = file && (await upload("image", file));
  if (media_id) await post(person("say"), { type: "image", media_id, base: location.origin });
});

$("voice").addEventListener("click", async () => {
  const recognition = $("text").value;
  $("text").value = "";
  const media_id = await upload("voice", new Blob(["#!AMR\n"]));
  if (media_id) await post(person("say"), { type: "voice", media_id, recognition });
});

async function speak(recording) {
  const media_id = await upload("voice", recording);
  if (media_id) await post(person("say"), { type: "voice", media_id });
}

$("recording").addEventListener("change", async () => {
  const name = $("recording").value;
  $("recording").value = "";
  if (name === "file") $("own").click();
  else if (name) await speak(await (await fetch(`recordings/${name}.amr`)).blob());
});
$("own").addEventListener("change", async () => {
  const [file] = $("own").files;
  $("own").value = "";
  if (file) await speak(file);
});

for (const button of document.querySelectorAll("[data-event]")) {
  button.addEventListener("click", () => post(person("event"), { event: button.dataset.event }));
}
for (const button of document.querySelectorAll("[data-fault]")) {
  const { fault, times } = button.dataset;
  button.addEventListener("click", () => post("/sim/faults", { [fault]: Number(times ?? 1) }));
}
$("scan").addEventListener("click", () => post(person("scan"), { ticket: $("ticket").value.trim() }));
$("exhaust").addEventListener("click", () => post(person("exhaust")));
$("lapse").addEventListener("click", () => post(person("lapse")));
$("expire").addEventListener("click", () => post(`/sim/${account}/expire`));
$("clear").addEventListener("click", async () => {
  await post(`/sim/${account}`, { customer_service: true, allowed: true });
  await post("/sim/faults", { clear: true });
});
$("right").addEventListener("change", (event) => post(`/sim/${account}`, { customer_service: event.target.checked }));
$("allowed").addEventListener("change", (event) => post(`/sim/${account}`, { allowed: event.target.checked }));
$("name").addEventListener("change", () => choose(account));
setInterval(() => void refresh().catch(() => undefined), 3000);
choose(account);
