import type { Behaviour, FakeConversation } from "./service.ts";

/** A bot made of a few words, and a colleague who turns up: for looking at the page. */
export function demoBehaviour(pace = 1): Behaviour {
  const later = (delay: number, task: () => void): void => void setTimeout(task, delay * pace);

  const answer = (
    conversation: FakeConversation,
    ...messages: Parameters<FakeConversation["say"]>[0][]
  ): void => {
    conversation.typing("bot", true);
    later(900, () => {
      if (conversation.owner !== "bot") return;
      for (const message of messages) conversation.say({ role: "bot", ...message });
      conversation.typing("bot", false);
    });
  };

  const accept = (conversation: FakeConversation): void => {
    if (conversation.owner !== "queue") return;
    conversation.own("agent", { agentName: "林晓" });
    conversation.say({
      role: "system",
      text: "客服林晓已接入，以下由人工为您服务。",
      agentName: "林晓",
    });
    conversation.typing("agent", true);
    later(1500, () => {
      conversation.say({
        role: "agent",
        agentName: "林晓",
        text: "您好，我是客服林晓。您的问题我已经看到了，马上为您核实。",
      });
    });
  };

  const queue = (conversation: FakeConversation): void => {
    conversation.say({ role: "bot", text: "好的，马上为您转接人工客服。" });
    const options = ["wait", "ticket", "callback", "bot"] as const;
    conversation.own("queue", { position: 3, options: [...options] });
    [2, 1].forEach((position, at) => {
      later(4000 * (at + 1), () => {
        if (conversation.owner === "queue")
          conversation.own("queue", { position, options: [...options] });
      });
    });
    later(12_000, () => accept(conversation));
  };

  return {
    customer(conversation, { text }) {
      const said = text ?? "";
      if (conversation.owner === "agent") {
        if (said.includes("谢谢")) {
          conversation.say({ role: "system", text: "人工服务已结束，小讯继续为您服务" });
          conversation.own("bot");
        } else {
          conversation.typing("agent", true);
          later(1500, () =>
            conversation.say({ role: "agent", agentName: "林晓", text: "收到，请您稍等一分钟。" }),
          );
        }
      } else if (conversation.owner === "queue") {
        return;
      } else if (said.includes("人工")) {
        queue(conversation);
      } else if (said.includes("话费")) {
        answer(
          conversation,
          {
            text: "您尾号 5678 的号码，2025 年 6 月账单共 128.50 元，已于 7 月 1 日出账。",
            custom: {
              table: {
                title: "2025 年 6 月账单",
                columns: ["项目", "说明", "金额（元）"],
                rows: [
                  ["套餐费", "畅享 5G 99 元", "99.00"],
                  ["流量费", "超出套餐 2 GB", "20.00"],
                  ["增值业务", "视频彩铃", "9.50"],
                ],
                total: "128.50",
              },
            },
          },
          { text: "还想了解什么？", buttons: ["查上月账单", "为什么多了流量费", "充值缴费"] },
        );
      } else if (said.includes("套餐")) {
        answer(conversation, {
          text: "按您近三个月的用量（月均 18 GB、120 分钟），这几款更合适：\n\n1. 畅享 5G 79 元：20 GB + 200 分钟\n2. 畅享 5G 99 元：30 GB + 500 分钟\n\n资费说明见 https://example.com/tariff/5g，次月生效。",
          buttons: ["79 元套餐", "99 元套餐", "暂不更换"],
        });
      } else if (said.includes("结束")) {
        conversation.say({ role: "system", text: "会话已结束，感谢您的使用" });
        conversation.own("closed");
      } else if (said.includes("图片")) {
        answer(conversation, { text: "光猫指示灯示意：", image: "/chat/icon.svg" });
      } else {
        answer(conversation, {
          text: "这个问题我还没有把握。您可以换个说法，或者直接找人工客服。",
          buttons: ["查话费", "还剩多少流量", "转人工"],
        });
      }
    },
    left(conversation, to) {
      const said: Record<string, string> = {
        ticket: "已为您登记工单 T20250703001，我们会在 24 小时内答复您。",
        callback: "已登记回电，客服会在 2 小时内致电您尾号 5678 的号码。",
        bot: "好的，我继续为您服务。",
      };
      conversation.own("bot");
      conversation.say({ role: "bot", text: said[to] ?? "" });
    },
  };
}
