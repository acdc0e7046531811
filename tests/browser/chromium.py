"""The Chromium of the tests and of the screenshots."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tools.browser import ensure_browser
from tools.layout import Layout

STEP_MILLISECONDS = 30_000
"""How long a step may take; long, for the machine may be busy with other tests."""

expect.set_options(timeout=STEP_MILLISECONDS)


@contextmanager
def started_chromium() -> Iterator[Browser]:
    """A Chromium that paints Chinese; open contexts in it, one for each person."""
    found = ensure_browser(Layout.from_environment())
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found.executable,
            env={**os.environ, **found.environ},
            args=[
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()


def context_of_a_person(browser: Browser, **more: Any) -> BrowserContext:
    """A context in Chinese and in Shanghai; ``more`` goes to Playwright's ``new_context``."""
    context = browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **more
    )
    context.set_default_timeout(STEP_MILLISECONDS)
    return context
