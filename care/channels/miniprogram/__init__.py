"""Customer service of mini programs (小程序客服): WeChat's core with callbacks in JSON or XML, answered by sends alone."""

from care.channels.miniprogram.delivery import deliver, handlers
from care.channels.miniprogram.routes import router

__all__ = ["deliver", "handlers", "router"]
