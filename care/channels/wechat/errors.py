"""The one error of WeChat's protocol: whatever is wrong with a callback, this is raised and nothing else."""

from care.errors import BadRequest


class ProtocolError(BadRequest):
    """A callback that WeChat did not send, or that makes no sense.

    ``reason`` is for our log and names no content. The caller learns nothing from it: who forges a request must not be told
    whether signature, padding or XML was wrong.
    """

    code, status, message = "wechat_protocol", 403, "这个请求不是微信发来的。"

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
