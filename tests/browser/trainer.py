"""What a trainer does at the studio, for the browser tests."""

from playwright.sync_api import Locator, Page, expect

_SLOW = 60_000
"""Milliseconds for the first look at the data, which reads and checks all examples."""


def find_in_inbox(page: Page, text: str) -> Locator:
    """Search for what a customer said until it is there, since the inbox is filled every few seconds; gives its group."""
    group = page.locator("[data-group]").filter(has_text=text)
    for _ in range(30):
        field = page.get_by_role("searchbox", name="搜索客户的话")
        field.fill(text)
        field.press("Enter")
        field.press("Escape")
        expect(group.or_(page.get_by_text("没有这样的话"))).to_be_visible(timeout=_SLOW)
        if group.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    return group
