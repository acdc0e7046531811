"""What the service itself says, when neither the bot nor a person speaks. (The bot's own sentences are in the domain.)"""

from enum import StrEnum
from string import Template


class Notice(StrEnum):
    """Occasions on which the service speaks."""

    QUEUED_AFTER_FAILURE = "queued_after_failure"
    AGENT_JOINED = "agent_joined"
    BACK_TO_QUEUE = "back_to_queue"
    BACK_TO_BOT = "back_to_bot"
    LEFT_QUEUE = "left_queue"
    QUEUE_OFFER = "queue_offer"
    TICKET_MADE = "ticket_made"
    CLOSED_IDLE = "closed_idle"
    CLOSED_BY_AGENT = "closed_by_agent"
    AGENT_OFFER = "agent_offer"
    CODE_WRONG = "code_wrong"
    CODE_EXPIRED = "code_expired"
    CODE_LOCKED = "code_locked"
    ORDER_PLACED = "order_placed"
    ORDER_ACCEPTED = "order_accepted"
    ORDER_REFUSED = "order_refused"
    STORY_CLOSED = "story_closed"
    OWNER_CHANGED = "owner_changed"
    UNBOUND = "unbound"
    JOINED = "joined"
    JOINED_ALREADY = "joined_already"
    JOIN_WAITS = "join_waits"
    JOIN_REFUSED = "join_refused"
    HANDOFF_WRONG = "handoff_wrong"
    WEB_LINK = "web_link"
    PICTURE_UNREAD = "picture_unread"
    VOICE_UNREAD = "voice_unread"
    HEARD = "heard"
    FILE_UNREAD = "file_unread"


_TEXTS = {
    Notice.QUEUED_AFTER_FAILURE: "抱歉，智能助手暂时无法回答，您的消息没有丢失，已为您转接人工客服。",
    Notice.AGENT_JOINED: "客服$agent已接入，以下由人工为您服务。",
    Notice.BACK_TO_QUEUE: "客服暂时离开，已为您重新排队，会优先接入。",
    Notice.BACK_TO_BOT: "人工服务已结束，小讯（AI 助手）回来了，有问题继续问我。",
    Notice.LEFT_QUEUE: "已退出排队，小讯（AI 助手）继续为您服务。",
    Notice.QUEUE_OFFER: "让您久等了。您可以继续等待，也可以换一种方式，我们都会跟进到底：",
    Notice.TICKET_MADE: "已为您登记工单 $number，我们会在 $promised 前答复您。小讯（AI 助手）继续为您服务。",
    Notice.CLOSED_IDLE: "您有一段时间没有回复，本次会话先结束了。需要时直接发消息，我一直在。",
    Notice.AGENT_OFFER: (
        "客服为您办理，请核对：$text\n"
        "验证码短信已发到您的手机。同意办理，请把 6 位验证码发到这里；不同意，不用理会。"
    ),
    Notice.CODE_WRONG: "验证码不对，还可以再试 $left 次。没有办理任何业务。",
    Notice.CODE_EXPIRED: "验证码已经失效，没有办理任何业务。需要的话请客服重新发起。",
    Notice.CODE_LOCKED: "验证码输错次数太多，为了您的安全暂时锁定。没有办理任何业务。",
    Notice.ORDER_PLACED: "已按您的确认办理“$name”，订单号 $number，确认短信已发送。",
    Notice.ORDER_ACCEPTED: "您的确认已收到，正在办理“$name”，办好后发短信通知您。订单号 $number。",
    Notice.ORDER_REFUSED: "很抱歉，“$name”没有办成，一切保持不变，没有产生费用。",
    Notice.PICTURE_UNREAD: "图片收到了，不过我还看不懂图片。请用一句话说说要办什么；想让人看图，回复“转人工”就行。",
    Notice.VOICE_UNREAD: "这段语音我没能听清。麻烦您打字告诉我，或者回复“转人工”。",
    Notice.HEARD: "您说的是：“$words”",
    Notice.FILE_UNREAD: "收到了，不过我还看不懂这种消息。请用一句话说说要办什么，或者回复“转人工”。",
    Notice.CLOSED_BY_AGENT: "本次人工服务已结束，感谢您的耐心。有问题随时发消息，小讯（AI 助手）会接着为您服务。",
    Notice.STORY_CLOSED: (
        "为保护您的隐私，之前的聊天先收起来了。需要接着看，验证一次手机号就会回来。"
    ),
    Notice.OWNER_CHANGED: "这里绑定的号码已经换了机主，绑定已解除，之前的聊天不再显示。",
    Notice.UNBOUND: "已解除绑定，之前的聊天不再显示在这里。有问题随时发消息。",
    Notice.JOINED: "已接上您$where的聊天，两边看到的内容是同一份，直接说就行。不是您本人操作？请回复“断开”。",
    Notice.JOINED_ALREADY: "这里已经接上了，直接说就行。",
    Notice.JOIN_WAITS: "收到，正在为您接上，请稍等。",
    Notice.JOIN_REFUSED: "没有接上：两边绑定的不是同一位客户的号码，或者这里还有人工客服在为您服务。",
    Notice.HANDOFF_WRONG: "接续码不对或已过期。请在原来的聊天里重新获取，5 分钟内有效。",
    Notice.WEB_LINK: (
        "在浏览器打开这个链接，接着聊：$link\n链接 5 分钟内有效，只能用一次，请不要转发给别人。"
    ),
}

HUMAN_BUTTON = {"title": "转人工", "payload": "/request_human"}
"""The way to a person, as the domain's sentences have it."""

QUEUE_PREFIX = "queue:"

QUEUE_BUTTONS = (
    {"title": "继续等待", "payload": "queue:wait"},
    {"title": "登记工单", "payload": "queue:ticket"},
    {"title": "给我回电", "payload": "queue:callback"},
    {"title": "回到智能助手", "payload": "queue:bot"},
)
"""The ways out of the queue; the payload's second half is the ``to`` of ``leave_queue``."""


def say(notice: Notice, **values: str) -> str:
    """The sentence for ``notice``."""
    return Template(_TEXTS[notice]).substitute(values)
