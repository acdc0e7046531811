"""What the platform's error codes ask for: one table, so that nobody decides it anew.

Source: 微信公众平台 「全局返回码」 and what each code has meant in practice (docs/how-to/connect-wechat.md).
"""

from enum import StrEnum

from care.errors import Unavailable


class Reaction(StrEnum):
    """What to do about a refused call."""

    RETRY = "retry"  # again, with back-off
    NEW_TOKEN = "new_token"  # a new token, once, then it is an alarm
    ALARM = "alarm"  # a person must change something in WeChat's console or in our settings
    HOLD = "hold"  # not now: it goes with the customer's next message
    SPLIT = "split"  # too long
    WAIT = "wait"  # too many calls: much later
    NO_RIGHT = "no_right"  # the account may not: passive replies only
    GIVE_UP = "give_up"  # never for this customer


_REACTIONS = {
    -1: Reaction.RETRY,
    40001: Reaction.NEW_TOKEN,
    40014: Reaction.NEW_TOKEN,
    42001: Reaction.NEW_TOKEN,
    40013: Reaction.ALARM,  # no such app id
    40125: Reaction.ALARM,  # wrong secret
    40164: Reaction.ALARM,  # our address is not on the allow list
    40243: Reaction.ALARM,  # the secret is frozen
    60020: Reaction.ALARM,  # the same in WeCom
    45015: Reaction.HOLD,  # 48 hours are over
    45047: Reaction.HOLD,  # quota after the customer's last message is used up
    45002: Reaction.SPLIT,
    45009: Reaction.WAIT,  # quota of the day
    45011: Reaction.WAIT,  # quota of the minute
    48001: Reaction.NO_RIGHT,
    40003: Reaction.GIVE_UP,  # no such customer of this account
    43004: Reaction.GIVE_UP,  # follows no more
    48004: Reaction.GIVE_UP,  # blocked
    50002: Reaction.GIVE_UP,
}


_MEANINGS = {
    -1: "the platform is busy",
    40001: "the token or the app secret is wrong",
    40013: "there is no such app id",
    40125: "the app secret is wrong",
    40164: "our address is not on the account's IP allow list",
    40243: "the app secret is frozen",
    45009: "the quota of the day is used up",
    46003: "there is no menu",
    48001: "the account does not have this right",
}


def meaning(errcode: int) -> str:
    """What a code says, for a person at the command line."""
    return _MEANINGS.get(errcode, "see WeChat's list of return codes (全局返回码)")


class ApiError(Unavailable):
    """The platform refused a call."""

    code, message = "wechat_refused", "微信暂时没有接受这个请求。"

    def __init__(self, errcode: int) -> None:
        super().__init__(errcode=errcode)
        self.errcode = errcode
        self.reaction = _REACTIONS.get(errcode, Reaction.HOLD)  # whatever it is, nothing is lost


class PlatformUnreachable(Unavailable):
    """Nobody took the call: it is safe to make it again."""

    code, message = "wechat_unreachable", "微信暂时连接不上。"


class OutcomeUnknown(Unavailable):
    """The call was made and no answer came: it may have been carried out."""

    code, message = "wechat_no_answer", "微信没有回应。"
