"""The page with what each plan would have cost: its figures, its picture, and who gets in."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest_asyncio
from sqlalchemy.orm import Session

from care.bss.embedded.demo.load import load_files
from care.bss.embedded.demo.specs import read_demo
from care.catalogue.advising import advice_for, basis_of
from care.catalogue.needs import Needs
from care.clock import local_date
from care.customers.contacts import Contact
from care.customers.verification import VerifiedSession
from care.wording import yuan
from tests.channels.world import World, a_world

CONTACT = "01contact00000000000000000"
LIFE = timedelta(minutes=30)


@dataclass
class Chart:
    """A verified customer's page."""

    world: World
    path: str


@pytest_asyncio.fixture
async def chart(tmp_path: Path) -> AsyncIterator[Chart]:
    async with a_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path) as world:
        today = local_date(world.clock(), world.settings.zone)
        load_files(world.db, read_demo(), today)

        def rows(session: Session) -> None:
            session.add(Contact(id=CONTACT, created_at=world.clock()))
            session.flush()
            session.add(
                VerifiedSession(
                    contact_id=CONTACT,
                    customer_id="C1140",
                    line_id="L1140",
                    phone="13900131140",
                    verified_at=world.clock(),
                    expires_at=world.clock() + timedelta(minutes=20),
                )
            )

        world.db.write_now(rows)
        address = world.services.links.make("chart", CONTACT, LIFE)
        yield Chart(world, "/p/" + address.partition("/p/")[2])


async def test_it_shows_what_the_advice_says(chart: Chart) -> None:
    services = chart.world.services
    basis = await basis_of(
        services.bss, "L1140", local_date(services.clock(), services.settings.zone)
    )
    advice = advice_for(basis, Needs())
    assert advice is not None
    answer = await chart.world.http().get(chart.path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert f"近 {len(basis.uses)} 个月" in answer.text
    assert f"{advice.present.plan.name}（现在）" in answer.text
    assert f"{advice.best.plan.name}（推荐）" in answer.text
    for cost in (advice.present, advice.best, *advice.others):
        assert yuan(cost.monthly) in answer.text
    assert "<script" not in answer.text
    assert "L1140" not in answer.text
    assert "13900131140" not in answer.text


async def test_its_picture_is_a_drawing_without_script(chart: Chart) -> None:
    page = (await chart.world.http().get(chart.path)).text
    found = re.search(r'<img src="([^"]+)" alt="[^"]+"', page)
    assert found is not None
    answer = await chart.world.http().get(chart.path.rpartition("/")[0] + "/" + found[1])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    svg = answer.text
    root = ElementTree.fromstring(svg)
    names = {
        element.tag.rpartition("}")[2] for element in root.iter() if isinstance(element.tag, str)
    }
    assert "script" not in names
    assert "@media (prefers-color-scheme:dark)" in svg.replace(": ", ":")
    assert "畅享89" in svg
    assert "★ 畅享59" in svg
    addresses = re.findall(r"(?:href|src)=[\"']([^\"']+)|url\((?!#)", svg)
    assert addresses == [], "it loads something"


async def test_the_link_ends_with_the_verified_session_and_with_its_time(chart: Chart) -> None:
    http = chart.world.http()
    chart.world.clock.advance(minutes=19)
    assert (await http.get(chart.path)).status_code == 200
    chart.world.clock.advance(minutes=2)
    ended = await http.get(chart.path)
    assert ended.status_code == 404
    assert "已经失效" in ended.text
    assert (await http.get(chart.path + ".svg")).status_code == 404


async def test_an_altered_link_opens_nothing(chart: Chart) -> None:
    http = chart.world.http()
    for path in (chart.path[:-1] + "x", chart.path + "0", "/p/chart/x", "/p/chart/" + "x" * 300):
        answer = await http.get(path)
        assert answer.status_code in (404, 422), path
        assert "text/html" in answer.headers["content-type"]
        assert (await http.get(path + ".svg")).status_code in (404, 422)
    other = chart.world.services.links.make("chart", "01nobody", LIFE).partition("/p/")[2]
    assert (await http.get("/p/" + other)).status_code == 404
