"""Which right a sentence is about, where bindings are meant."""

import pytest

from actions.privacy import kind_in
from care.customers.privacy import PrivacyKind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("帮我解绑", PrivacyKind.UNBIND),
        ("把这里的绑定给我解除了", PrivacyKind.UNBIND),
        ("取消微信绑定", PrivacyKind.UNBIND),
        ("不想把手机号绑在这个微信上了", PrivacyKind.UNBIND),
        ("全部解除绑定", PrivacyKind.UNBIND_ALL),
        ("所有绑定都给我取消", PrivacyKind.UNBIND_ALL),
        ("unbind my number", PrivacyKind.UNBIND),
        ("我这个微信绑定的是哪个号码", PrivacyKind.BINDINGS),
        ("查一下我绑了哪些号", PrivacyKind.BINDINGS),
        ("把聊天记录删了", PrivacyKind.DELETE_CHAT),
        ("别再用我的数据自动给我推荐了", PrivacyKind.REFUSE_AUTOMATED),
        ("你们存了我什么", PrivacyKind.EXPORT),
    ],
)
def test_what_is_meant(text: str, kind: PrivacyKind) -> None:
    assert kind_in(text) is kind
