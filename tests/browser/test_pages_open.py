"""Each page of the running product opens in a real browser and speaks Chinese."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.servers.product import Product


@pytest.mark.parametrize("name", ["chat", "desk", "studio"])
def test_page_opens_in_chinese(product: Product, page: Page, name: str) -> None:
    response = page.goto(f"{product.address}/{name}/")
    assert response is not None
    assert response.ok
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    expect(page.locator("body")).to_contain_text(re.compile("[一-鿿]"))


def test_the_bare_address_leads_to_the_chat(product: Product, page: Page) -> None:
    page.goto(product.address)
    expect(page).to_have_url(f"{product.address}/chat/")


def test_logs_and_secrets_are_private_and_the_command_lines_hold_no_secret(
    product: Product,
) -> None:
    public = [
        path
        for path in product.var.rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077 and product.data not in path.parents
    ]
    made_before_customers = {"supervisor.lock", "setup.log", "web.log"}
    assert {path.name for path in public} <= made_before_customers
    secrets = [path.read_text().strip() for path in (product.var / "secrets").iterdir()]
    shown = " ".join([*product.command_lines(), *product.output, product.logs()])
    assert not [secret for secret in secrets if secret in shown]
