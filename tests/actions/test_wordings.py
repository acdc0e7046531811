"""Which of several things of one intent a sentence means; None: it is asked back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.contracts import _kind_in
from actions.privacy import _DO_IT, _KEEP, kind_in
from actions.senior import wanted_in


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("把我的聊天记录删了", "delete_chat"),
        ("根据个保法第四十七条，请删除我的个人信息", "delete_chat"),
        ("請把我的個資刪掉", "delete_chat"),
        ("你们存了我什么信息", "export"),
        ("给我一份我个人数据的副本", "export"),
        ("查一下有谁看过我的信息", "export"),
        ("关掉个性化推荐", "refuse_automated"),
        ("我不同意自动决定，别让机器给我做决定", "refuse_automated"),
        ("个性化推荐还是恢复吧", "allow_automated"),
        ("撤回授权", "refuse_marketing"),
        ("营销信息恢复接收吧", "allow_marketing"),
        ("隐私设置", None),
        ("", None),
    ],
)
def test_which_right_is_meant(text: str, kind: str | None) -> None:
    assert kind_in(text) == kind


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("删吧", True, False),
        ("嗯，都删了吧", True, False),
        ("确认删除", True, False),
        ("先不删了", False, True),
        ("还是别删", False, True),
        ("不要删", False, True),
        ("删了以后还能恢复吗", False, False),
    ],
)
def test_a_yes_to_deletion_is_no_question_and_no_no(text: str, yes: bool, no: bool) -> None:
    assert (_DO_IT.fullmatch(text) is not None) is yes
    assert (_KEEP.search(text) is not None) is no


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("过户给我爸", "transfer"),
        ("过户要本人身份证吗", "transfer"),
        ("换机主", "transfer"),
        ("把卡转到我老婆名下", "transfer"),
        ("身份证过期了怎么更新", "document"),
        ("机主资料改一下", "document"),
        ("实名认证失败", "document"),
        ("问个事", None),
    ],
)
def test_another_owner_or_a_renewed_document(text: str, kind: str | None) -> None:
    assert _kind_in(text) == kind


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("字太小看不清", "on"),
        ("说慢点，我跟不上", "on"),
        ("给老人开个简易版", "on"),
        ("退出大字模式", "off"),
        ("字太大了，恢复默认", "off"),
        ("亲情守护怎么开", "family"),
        ("我在外地，怎么帮我妈看她的话费情况", "family"),
        ("怕老人被骗，能不能有大额提醒发到我手机", "family"),
        ("我妈不会用", None),
    ],
)
def test_larger_type_or_care_by_the_family(text: str, wanted: str | None) -> None:
    assert wanted_in(text) == wanted


@given(st.text())
def test_no_text_breaks_them(text: str) -> None:
    for read in (kind_in, _kind_in, wanted_in):
        read(text)


def test_a_long_message_is_read_as_fast_as_any() -> None:
    for text in ("嗯" * 2000, "好的" * 1000 + "删", "妈" * 2000, "帮" * 2000, "机主" * 1000):
        for read in (kind_in, _kind_in, wanted_in, _DO_IT.fullmatch, _KEEP.search):
            read(text)
