"""Passwords, PIN and PUK in customers' words are hidden however they are written, and little else is."""

import pytest

from care.customers.masking import hide_secrets, mask_text


def hidden(said: str) -> str:
    return hide_secrets(said, code_expected=False)


@pytest.mark.parametrize(
    "said",
    [
        "密码739164",
        "我的密码是739164",
        "服务密码：739164",
        "把服务密码改成 739164",
        "密码改为739164谢谢",
        "密码就是739164",
        "想把密码设置成739164",
        "新密码 739164 可以吗",
        "密码应该是“739164”吧",
        "原来的密码好像是739164",
        "密码73 91 64",
        "密码是7 3 9 1 6 4",
        "密码是７３９１６４",
        "密码是七三九一六四",
        "739164是我的密码",
        "用739164当密码",
        "739164 这个密码不对",
        "mima 739164",
        "my password is 739164",
        "PUK是73916482",
        "puk码73916482",
        "PIN 码改成7391",
    ],
)
def test_a_secret_is_hidden(said: str) -> None:
    out = hidden(said)
    assert "******" in out
    assert not any(part in out for part in ("739", "7391", "73 91", "７３９", "七三九", "7 3 9"))


@pytest.mark.parametrize(
    "said",
    [
        "重置密码 13812345678",
        "13812345678的服务密码重置一下",
        "密码忘了怎么办",
        "密码输错3次了",
        "改一下密码",
        "密码是身份证后六位吗",
        "六位密码不记得了",
        "forgot my password please",
        "PIN输错三次",
        "PUK还剩几次机会",
        "充100块，密码我忘了",
        "初始PIN是多少",
    ],
)
def test_what_is_no_secret_stays(said: str) -> None:
    assert hidden(said) == said


def test_a_signed_link_is_useless_to_who_reads_it_on_the_desk() -> None:
    link = "http://care.example/p/puk/01abc.1900000000." + "ab" * 32
    masked = mask_text(f"请打开：{link} 谢谢")
    assert masked == "请打开：http://care.example/p/puk/****** 谢谢"
    assert mask_text("http://care.example/p/style.css") == "http://care.example/p/style.css"
