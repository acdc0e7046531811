"""The pages that show a PUK and take a service password, as a browser and an attacker see them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.orm import Session

from care.bss.embedded.demo import read_demo
from care.bss.embedded.demo.load import load_files
from care.customers.verification import Verified
from care.lines.requests import Asked
from care.lines.tables import GrantedPage
from tests.channels.world import World, a_world

LINE = "L1172"
GOOD = {"password": "849173", "repeated": "849173"}


def free(session: Session) -> None:
    """A turn whose time is not over."""


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path) as made:
        load_files(made.db, read_demo(), made.clock().date())
        yield made


async def link(world: World, page: GrantedPage, turn: str = "turn") -> str:
    """The path of a page for the line."""
    line = await world.services.bss.line_by_id(LINE)
    assert line is not None
    verified = Verified("c", line.customer_id, LINE, line.phone, world.clock())
    asked = Asked(verified, "conversation", "web", turn, free)
    return urlsplit(await world.services.lines.grants.make(page, asked, line)).path


def assert_kept_by_nobody(answer: httpx.Response) -> None:
    assert answer.headers["cache-control"] == "no-store"
    assert "script" not in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "same-origin"


async def test_a_puk_is_shown_by_a_press_and_once(world: World) -> None:
    path, http = await link(world, GrantedPage.PUK), world.http()
    puk = str(await world.services.bss.puk(LINE))
    for _ in range(2):  # a preview, then the customer
        answer = await http.get(path)
        assert answer.status_code == 200
        assert puk not in answer.text
        assert_kept_by_nobody(answer)
    shown = await http.post(path)
    assert f"{puk[:4]} {puk[4:]}" in shown.text
    assert "18800131172" not in shown.text
    assert_kept_by_nobody(shown)
    for again in (await http.post(path), await http.get(path)):
        assert again.status_code == 404
        assert puk not in again.text


async def test_a_forged_link_shows_nothing(world: World) -> None:
    path, http = await link(world, GrantedPage.PUK), world.http()
    puk = str(await world.services.bss.puk(LINE))
    forged = [
        path[:-1] + ("0" if path[-1] != "0" else "1"),
        path.replace("/p/puk/", "/p/password/"),
        "/p/puk/x.1.y",
        "/p/puk/%00",
        "/p/puk/" + "a" * 5000,
    ]
    for one in forged:
        for answer in (await http.get(one), await http.post(one)):
            assert answer.status_code == 404
            assert puk not in answer.text


async def test_a_link_lives_ten_minutes(world: World) -> None:
    path, http = await link(world, GrantedPage.PASSWORD), world.http()
    world.clock.now += timedelta(minutes=10)
    assert (await http.get(path)).status_code == 404
    assert (await http.post(path, data=GOOD)).status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "12", "repeated": "12"}, "请输入 6 位数字"),
        ({"password": "849173", "repeated": "849174"}, "两次输入的不一样"),
        ({"password": "111111", "repeated": "111111"}, "太容易被猜到"),
        ({"password": "131172", "repeated": "131172"}, "手机号里的数字"),
        ({}, "请输入 6 位数字"),
        ({"password": "<b>849173</b>", "repeated": "x"}, "请输入 6 位数字"),
    ],
)
async def test_a_bad_password_is_refused_with_its_reason(
    world: World, fields: dict[str, str], said: str
) -> None:
    answer = await world.http().post(await link(world, GrantedPage.PASSWORD), data=fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert "还可以试 4 次" in answer.text
    assert "849173" not in answer.text
    assert_kept_by_nobody(answer)


async def test_a_birth_date_is_no_password(world: World) -> None:
    customer = await world.services.bss.customer("C1172")
    assert customer is not None
    assert customer.birth_date is not None
    born = customer.birth_date.strftime("%y%m%d")
    answer = await world.http().post(
        await link(world, GrantedPage.PASSWORD), data={"password": born, "repeated": born}
    )
    assert "生日" in answer.text


async def test_a_good_password_is_taken_once_and_five_bad_ones_end_the_link(world: World) -> None:
    http = world.http()
    path = await link(world, GrantedPage.PASSWORD, "first")
    assert "设置成功" in (await http.post(path, data=GOOD)).text
    assert (await http.post(path, data=GOOD)).status_code == 404
    path = await link(world, GrantedPage.PASSWORD, "second")
    for _ in range(5):
        answer = await http.post(path, data={"password": "1", "repeated": "1"})
    assert "试的次数太多了" in answer.text
    assert (await http.post(path, data=GOOD)).status_code == 404


async def test_what_is_no_form_is_a_page_and_no_try(world: World) -> None:
    path, http = await link(world, GrantedPage.PASSWORD), world.http()
    for content in ("password=" + "1" * 5000, "%ff%fe=&&&="):
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = await http.post(path, content=content, headers=headers)
        assert answer.status_code == 422
        assert answer.headers["content-type"].startswith("text/html")
    assert "设置成功" in (await http.post(path, data=GOOD)).text
