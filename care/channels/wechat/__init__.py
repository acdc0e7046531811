"""WeChat's Official Accounts (公众号): signed callbacks answered within five seconds, and the platform's API.

``envelope``, ``incoming`` and ``passive`` are the protocol, ``answering`` and ``attempts`` the five seconds, ``courier``
what is sent by itself, ``api`` and ``tokens`` the platform's API (docs/decisions/0021-wechat-five-seconds.md).
"""

from care.channels.wechat.attempts import remove_answered
from care.channels.wechat.delivery import api_of, deliver, has_api, scan_address, sends
from care.channels.wechat.pictures import ApiOf, handlers
from care.channels.wechat.routes import router
from care.channels.wechat.said import CHANNEL
from care.channels.wechat.voices import make_out

__all__ = [
    "CHANNEL",
    "ApiOf",
    "api_of",
    "deliver",
    "handlers",
    "has_api",
    "make_out",
    "remove_answered",
    "router",
    "scan_address",
    "sends",
]
