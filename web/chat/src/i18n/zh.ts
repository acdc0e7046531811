import type { Language } from "./language";

const named = (name: string | null): string => (name === null ? "" : ` ${name} `);

export const zh: Language = {
  tag: "zh-CN",
  brand: "小讯",
  aiName: "小讯",
  aiLabel: "AI 智能助手 · 内容由人工智能生成",
  aiBadge: "AI 生成",
  humanBadge: "人工",
  humanFallback: "人工客服",
  you: "我",
  system: "系统提示",
  log: "聊天记录",

  human: "转人工",
  humanStatus: { queue: "排队中", agent: "服务中" },
  senior: "大字",
  standard: "标准",
  seniorOn: "切换到大字版",
  seniorOff: "切换到标准版",

  placeholder: "请输入您的问题",
  inputLabel: "输入消息，按回车发送",
  send: "发送",
  remaining: (count) => `还可输入 ${count} 字`,
  tooLong: (limit, over) => `最多 ${limit} 字，已超出 ${over} 字，请删减后再发送`,

  connecting: "正在连接…",
  offline: "网络已断开，正在重试",
  reconnect: "立即重连",
  sending: "发送中",
  waitingForNetwork: "待网络恢复后发送",
  notSent: "未发送成功",
  expired: "上次未发出",
  retry: "重发",
  discard: "删除",
  refused: "操作未成功，请稍后再试",
  reasons: {},

  servedBy: (name) => `人工客服${named(name)}正在为您服务`,
  withPerson: (name) => `人工客服${named(name)}已接入`,
  backWithAi: "以下由 AI 智能助手回复",
  closed: "本次服务已结束，继续发送消息可重新咨询",
  typingBot: "小讯正在输入",
  typingAgent: (name) => `${name ?? "人工客服"}正在输入`,

  queueTitle: "正在为您接通人工客服",
  queuePosition: (position) => `您排在第 ${position} 位`,
  queueHint: "请稍候，接通后会在这里通知您",
  queueChoices: "不想等待时的选择",
  wait: "继续等待",
  otherWays: "不想等了",
  leave: { ticket: "登记工单", callback: "给我回电", bot: "回到智能助手" },

  welcomeTitle: "您好，我是小讯",
  welcomeText: "话费、流量、套餐、宽带报修，直接问我。\n想找真人，随时点「转人工」。",
  suggestions: ["查话费", "还剩多少流量", "想换个套餐", "宽带上不了网"],
  suggestionsLabel: "您可以这样问",
  newMessages: "新消息",
  chosen: "已选择",
  image: "图片",
  imageFailed: "图片无法显示",
  total: "合计",

  yesterday: "昨天",
  date: (year, month, day) => `${year === null ? "" : `${year}年`}${month}月${day}日`,
};
