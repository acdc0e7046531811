"""The account's menu, from its file; and the commands that set it."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from care import schema, wiring
from care.channels.wechat import commands
from care.channels.wechat.menu import load_menu
from care.channels.wechat.words import Words
from care.datafiles import DataFileError
from care.services import Services
from care.settings import ROOT, Settings
from tests.channels.wechat.account import AES_KEY, APP_ID, TOKEN
from tests.channels.wechat.fake_platform import SECRET, FakePlatform
from tests.channels.world import DUTIES, SECRETS

FILE = ROOT / "data" / "wechat" / "menu.yml"


def test_the_menu_of_the_repository() -> None:
    menu = load_menu(FILE)
    assert [one["name"] for one in menu["button"]] == ["查询", "办理", "人工客服"]
    assert menu["button"][2] == {"type": "click", "name": "人工客服", "key": "say:转人工"}
    assert menu["button"][0]["sub_button"][0]["type"] == "click"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("wechat_menu: []", "1 to 3"),
        ("wechat_menu:\n" + "- {name: a, say: b}\n" * 4, "1 to 3"),
        ("wechat_menu:\n- {name: a}", "one of 'say' and 'url'"),
        ("wechat_menu:\n- {name: a, say: b, url: 'http://c'}", "one of 'say' and 'url'"),
        ("wechat_menu:\n- {name: 六个汉字太长, say: b}", "16 bytes"),
        ("wechat_menu:\n- {name: a, url: 'javascript:alert(1)'}", "http"),
        ("wechat_menu:\n- {name: a, says: b}", "unknown field"),
        ("wechat_menu:\n- {name: a, entries: []}", "1 to 5"),
        ("wechat_menu:\n- {name: a, entries: [1]}", "names with values"),
        ("menu: []", "top-level key"),
    ],
)
def test_what_is_no_menu(tmp_path: Path, content: str, problem: str) -> None:
    file = tmp_path / "menu.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DataFileError, match=problem):
        load_menu(file)


def test_all_words_are_there(tmp_path: Path) -> None:
    words = Words(ROOT / "data" / "wechat" / "words.yml")
    assert "3" in words.say("in_queue", position=3)
    assert 'msgmenuid=result">点我看结果</a>' in words.link("show_result")
    file = tmp_path / "words.yml"
    file.write_text("wechat_words:\n- {id: welcome, text: 您好}", encoding="utf-8")
    with pytest.raises(DataFileError, match="still_working"):
        Words(file)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    values: dict[str, Any] = {
        "var_dir": tmp_path,
        "wechat_app_id": APP_ID,
        "wechat_app_secret": SECRET,
        "wechat_token": TOKEN,
        "wechat_aes_key": AES_KEY,
        **SECRETS,
    }
    made = wiring.wire(Settings(**values), duties=DUTIES)
    schema.metadata.create_all(made.db.engine)
    return made


def commanded(
    monkeypatch: pytest.MonkeyPatch, services: Services, platform: FakePlatform, name: str
) -> str:
    """Run a command against ``platform``."""
    transport = httpx.MockTransport(platform._answer)
    real = httpx.AsyncClient
    monkeypatch.setattr(httpx, "AsyncClient", lambda: real(transport=transport))
    said: str = getattr(commands, name)(services)
    return said


def test_the_menu_is_set(monkeypatch: pytest.MonkeyPatch, services: Services) -> None:
    platform = FakePlatform()
    commanded(monkeypatch, services, platform, "set_menu")
    assert platform.menu == load_menu(FILE)


def test_a_refusal_is_explained(monkeypatch: pytest.MonkeyPatch, services: Services) -> None:
    platform = FakePlatform()
    platform.faults["/cgi-bin/stable_token"].append(40164)
    with pytest.raises(commands.WechatCommandFailed, match="allow list"):
        commanded(monkeypatch, services, platform, "check")


def test_without_an_account_there_is_nothing_to_do(tmp_path: Path) -> None:
    values: dict[str, Any] = {"var_dir": tmp_path, **SECRETS}
    bare = wiring.wire(Settings(**values), duties=DUTIES)
    with pytest.raises(commands.WechatCommandFailed, match="CARE_WECHAT_APP_ID"):
        commands.check(bare)
    asyncio.run(bare.close())


@pytest.mark.parametrize("name", ["wechat_token", "wechat_aes_key", "wechat_app_secret"])
def test_half_an_account_is_refused_at_the_start(tmp_path: Path, name: str) -> None:
    values: dict[str, Any] = {
        "var_dir": tmp_path,
        "wechat_app_id": APP_ID,
        "wechat_app_secret": SECRET,
        "wechat_token": TOKEN,
        "wechat_aes_key": AES_KEY,
    }
    with pytest.raises(ValueError, match=f"CARE_{name.upper()}"):
        Settings(**{**values, name: ""})


def test_less_is_needed_where_less_is_used(tmp_path: Path) -> None:
    values: dict[str, Any] = {"var_dir": tmp_path, "wechat_app_id": APP_ID, "wechat_token": TOKEN}
    assert Settings(**values, wechat_mode="plain", wechat_customer_service=False).wechat_on
