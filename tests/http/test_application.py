"""What the whole public application gives every answer: errors, headers, pages."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.channels.world import HOST, World, a_world


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """With pages as a build leaves them."""
    for name in ("chat", "desk"):
        assets = tmp_path / "web" / name / "assets"
        assets.mkdir(parents=True)
        (assets.parent / "index.html").write_text(f"<title>{name}</title>")
        (assets.parent / "icon.svg").write_text("<svg/>")
        (assets / "page-CXdDJzSZ.js").write_text("1")
        (assets / "plain.js").write_text("1")
    (tmp_path / "web" / "secret.txt").write_text("not a page")
    async with a_world(
        f"sqlite:///{tmp_path / 'care.db'}", tmp_path, allowed_origins="https://shop.example"
    ) as made:
        yield made


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("DELETE", "/healthz", 405, "method_not_allowed"),
        ("POST", "/chat/", 405, "method_not_allowed"),
        ("GET", "/chat/nothing.js", 404, "not_found"),
        ("GET", "/desk/assets/nothing-12345678.js", 404, "not_found"),
        ("GET", "/studio/", 404, "not_found"),  # not built
        ("GET", "/chat/..%2fsecret.txt", 404, "not_found"),
        ("GET", "/chat/%2e%2e/secret.txt", 404, "not_found"),
        ("GET", "/chat/%00.js", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("GET", "/metrics", 404, "not_found"),
        ("POST", "/actions/webhook", 404, "not_found"),
    ],
)
async def test_errors_are_json(
    world: World, method: str, path: str, status: int, code: str
) -> None:
    answer = await world.http().request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_what_nobody_expected_is_a_500_without_details(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("客户说了 13812345678")

    monkeypatch.setattr(world.conversations, "receive", broken)
    answer = await world.http().post(
        "/webhooks/rest/webhook", json={"sender": "a", "message": "客户说了 13812345678"}
    )
    assert answer.status_code == 500
    assert answer.json() == {"error": {"code": "internal", "message": "系统开小差了，请稍后再试。"}}


async def test_a_page_is_not_kept_and_its_hashed_files_are(world: World) -> None:
    http = world.http()
    for path, caching in (
        ("/chat/", "no-cache"),
        ("/chat/index.html", "no-cache"),
        ("/chat/icon.svg", "no-cache"),
        ("/chat/assets/plain.js", "no-cache"),
        ("/chat/assets/page-CXdDJzSZ.js", "public, max-age=31536000, immutable"),
    ):
        answer = await http.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, caching)
    page = await http.get("/chat/")
    again = await http.get("/chat/", headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304


async def test_a_path_inside_a_page_is_the_page(world: World) -> None:
    http = world.http()
    assert (await http.get("/desk/tickets")).status_code == 401  # the desk's own address
    answer = await http.get("/desk/waiting/list")
    assert (answer.status_code, answer.text) == (200, "<title>desk</title>")
    for path in ("/chat", "/desk", "/studio"):
        moved = await http.get(path)
        assert (moved.status_code, moved.headers["location"]) == (308, f"{path}/")
    assert (await http.get("/")).headers["location"] == "/chat/"


async def test_pages_run_only_their_own_scripts(world: World) -> None:
    http = world.http()
    chat = (await http.get("/chat/")).headers["content-security-policy"]
    assert "script-src 'self';" in chat
    assert f"connect-src 'self' ws://{HOST} wss://{HOST};" in chat
    assert "frame-ancestors 'self' https://shop.example" in chat
    desk = (await http.get("/desk/")).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in desk
    odd = await http.get("/chat/", headers={"Host": "x; script-src *"})
    assert "script-src *" not in odd.headers["content-security-policy"]
    for path in ("/chat/", "/healthz"):
        headers = (await http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert (await http.get("/healthz")).headers["cache-control"] == "no-store"


async def test_the_interface_is_described(world: World) -> None:
    described = (await world.http().get("/openapi.json")).json()
    assert {
        "/chat/session",
        "/chat/messages",
        "/webhooks/rest/webhook",
        "/conversations/{name}/messages",
        "/desk/login",
        "/healthz",
        "/readyz",
        "/demo/sms",
    } <= set(described["paths"])
