"""A real Chromium with a Chinese font, driven by Playwright, on any machine."""

from collections.abc import Iterator
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.chromium import context_of_a_person, started_chromium
from tools.layout import Layout

_FAILURES = Layout.from_environment().var / "browser-failures"
_failed: set[str] = set()


class Opened(Protocol):
    """Opens an empty page in a context of its own; ``more`` goes to Playwright's ``new_context``."""

    def __call__(self, **more: Any) -> Page: ...


# Not for the whole session: Playwright's synchronous interface keeps an event loop running as long
# as it lives, and the asynchronous tests of another module could then not start theirs.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A started Chromium; open contexts in it, one for each person."""
    with started_chromium() as chromium:
        yield chromium


@pytest.fixture
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """Open a page for one more person; see `Opened`.

    The test fails on an uncaught error in a page's scripts. Pages of a failed test leave a picture
    in ``var/browser-failures``.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: errors.append(str(error)))

    def open_page(**more: Any) -> Page:
        context = context_of_a_person(browser, **more)
        context.on("page", watch)
        contexts.append(context)
        return context.new_page()

    yield open_page
    if request.node.nodeid in _failed:
        _FAILURES.mkdir(parents=True, exist_ok=True)
        pages = [page for context in contexts for page in context.pages]
        for number, page in enumerate(pages, 1):
            page.screenshot(path=_FAILURES / f"{request.node.name}-{number}.png")
    for context in contexts:
        context.close()
    assert not errors, "a page's scripts failed: " + "; ".join(errors)


@pytest.fixture
def page(opened: Opened) -> Page:
    """A page of a fresh person."""
    return opened()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember failures, so that `page` can leave a picture of them in ``var/browser-failures``."""
    report = yield
    if report.failed:
        _failed.add(item.nodeid)
    return report
