"""WeCom's 微信客服: WeChat's core behind another way in. A callback says that something came; ``inbox`` fetches it.

``messages`` makes WeChat's values of it, ``sessions`` tells WeCom who serves the customer.
"""

from care.channels.wecom.delivery import api_of, deliver, handlers
from care.channels.wecom.intake import CHANNEL
from care.channels.wecom.routes import router

__all__ = ["CHANNEL", "api_of", "deliver", "handlers", "router"]
