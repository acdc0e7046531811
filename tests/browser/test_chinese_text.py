"""The browser of the tests paints Chinese: no blanks, no boxes for missing signs."""

from playwright.sync_api import Browser, Page


def _painted(page: Page, text: str, weight: int = 400) -> bytes:
    page.set_content(f"<p style='font: {weight} 40px sans-serif; margin: 0'>{text}</p>")
    return page.locator("p").screenshot()


def test_each_chinese_sign_has_a_picture_of_its_own(page: Page) -> None:
    pictures = [_painted(page, sign) for sign in ("讯", "话", "费", "　", "\U0010fffd")]
    assert len(set(pictures)) == len(pictures)


def test_bold_is_bolder(page: Page) -> None:
    assert _painted(page, "宽带", 400) != _painted(page, "宽带", 700)


def test_pages_are_chinese_and_in_shanghai(browser: Browser, page: Page) -> None:
    assert browser.is_connected()
    assert page.evaluate("navigator.language") == "zh-CN"
    assert page.evaluate("new Date('2026-01-01T00:00:00Z').getHours()") == 8
