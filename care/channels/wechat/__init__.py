"""WeChat's Official Accounts (公众号): signed callbacks answered within five seconds, and the platform's API.

``envelope``, ``incoming`` and ``passive`` are the protocol, ``answering`` and ``attempts`` the five seconds, ``courier``
what is sent by itself, ``api`` and ``tokens`` the platform's API (docs/decisions/0021-wechat-five-seconds.md).
"""

from care.channels.wechat.attempts import remove_answered
from care.channels.wechat.delivery import deliver, scan_address, sends
from care.channels.wechat.pictures import handlers
from care.channels.wechat.routes import router

__all__ = ["deliver", "handlers", "remove_answered", "router", "scan_address", "sends"]
