"""WeCom's 微信客服: WeChat's core behind another way in. A callback says that something came; ``inbox`` fetches it.

``messages`` makes WeChat's values of it, ``sessions`` tells WeCom who serves the customer.
"""

from care.channels.wecom.delivery import deliver, handlers
from care.channels.wecom.routes import router

__all__ = ["deliver", "handlers", "router"]
