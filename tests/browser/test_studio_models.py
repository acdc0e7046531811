"""What nobody understood in the morning is understood in the evening: labelled, published, trained, put live by clicking.

And a candidate that is worse is tried on live turns and stopped by itself. All with the real trainer, Rasa and product.
"""

import itertools
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.swaps import Studio, Traffic
from tests.browser.agent import Agent
from tests.browser.conftest import Opened
from tests.browser.customer import Customer
from tests.browser.trainer import find_in_inbox
from tests.servers.archives import with_threshold
from tests.servers.product import Product, unlimited_codes
from tools.layout import ROOT, Layout
from tools.model import ensure_model

pytestmark = pytest.mark.slow

INTENT = "report_broadband_fault"
ODD = ("小白盒蔫了刷啥都转", "铁疙瘩红眼病又犯了刷不出东西", "猫儿眼一闪一闪的上不去")
"""Ways to say that the modem is at fault; the first that nobody understands is taught."""
TRAINED, PUT_LIVE = 1200_000, 400_000
"""Milliseconds, on a machine that others use too."""


PLAIN = "帮我查一下余额"
"""What the live model understands for sure."""
WORSE = "xiaoxun-0000000005ed"


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product with its trainer, and data of its own, which may be changed."""
    folder = tmp_path_factory.mktemp("at-work")
    root, models = folder / "data-repository", folder / "models"
    shutil.copytree(ROOT / "data", root / "data")
    shutil.copy(ROOT / "domain.yml", root)
    models.mkdir()
    present = ensure_model(Layout.from_environment())
    shutil.copy(present, models)
    settings = {
        "CARE_TRAINER": "on",
        "CARE_DATA_DIR": str(root / "data"),
        "CARE_MODELS_DIR": str(models),
        "CARE_MODEL": str(models / present.name),
    }
    with Product(**unlimited_codes(), **settings) as product:
        yield product


@pytest.mark.timeout(1800, func_only=True)
def test_what_was_not_understood_is_understood_after_labelling_training_and_promoting(
    at_work: Product, opened: Opened, tmp_path: Path
) -> None:
    product = at_work
    sentence = next((one for one in ODD if understood(product, opened, one) != INTENT), None)
    assert sentence is not None, "all of it is understood by now: think of something odder"

    page = studio(product, opened, "inbox")
    group = find_in_inbox(page, sentence)
    group.get_by_role("button").click()
    expect(page.locator("[data-sentence]")).to_have_text(sentence)
    page.screenshot(path=tmp_path / "0-inbox.png")
    page.keyboard.press("/")
    page.keyboard.type(INTENT)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(group).to_be_hidden()
    page.get_by_role("link", name="待发布").click()
    page.get_by_role("textbox", name="为什么这样改").fill("猫儿眼的说法")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator("[data-publication]")).to_contain_text("猫儿眼的说法", timeout=60_000)

    # What is published is trained, without anybody asking for it.
    page.get_by_role("link", name="模型", exact=True).click()
    live = page.locator("[data-role=live]")
    expect(live).to_contain_text("xiaoxun-")
    before = live.inner_text()
    running = page.locator("[data-state=running]")
    expect(running).to_be_visible(timeout=60_000)
    expect(page.get_by_role("log")).to_contain_text("句例句", timeout=120_000)
    page.screenshot(path=tmp_path / "1-training.png")
    done = page.locator("[data-state=done]").filter(has_text="猫儿眼的说法").first
    expect(done).to_be_visible(timeout=TRAINED)
    # It is cross-validated afterwards, which nobody waits for here.
    page.get_by_role("button", name="取消任务").click()

    models = page.get_by_role("region", name="模型", exact=True).last
    models.get_by_role("button").filter(has_not_text=before).first.click()
    detail = page.get_by_role("article")
    expect(detail).to_contain_text("准确率")
    expect(detail.locator("canvas").first).to_be_visible()
    page.screenshot(path=tmp_path / "2-compared.png", full_page=True)
    chosen = detail.get_by_role("heading").first.inner_text()
    detail.get_by_role("button", name="上线", exact=True).click()
    because(page, "猫儿眼听得懂了")
    expect(live).to_have_text(chosen, timeout=PUT_LIVE)
    page.screenshot(path=tmp_path / "3-live.png")
    assert understood(product, opened, sentence) == INTENT

    page.get_by_role("button", name="回退", exact=True).click()
    because(page, "只是试试回退")
    expect(live).to_have_text(before, timeout=5_000)
    expect(page.get_by_role("region", name="记录")).to_contain_text("只是试试回退")
    page.screenshot(path=tmp_path / "4-back.png")


@pytest.mark.timeout(600, func_only=True)
def test_a_candidate_that_is_worse_is_seen_in_the_shadow_and_stopped_as_a_canary(
    at_work: Product, opened: Opened, tmp_path: Path
) -> None:
    product = at_work
    live = Path(ensure_model(Layout.from_environment()))
    # It understands nothing that it is not quite sure of.
    Studio(product).register(WORSE, with_threshold(live, tmp_path / "worse.tar.gz", 0.9999))
    page = studio(product, opened, f"models/{WORSE}")
    detail = page.get_by_role("article")
    card = page.get_by_role("region", name="线上情况")
    before = page.locator("[data-role=live]").inner_text()
    detail.get_by_role("button", name="影子试用").click()
    because(page, "先看看它怎么理解")
    expect(card).to_contain_text("影子试用", timeout=PUT_LIVE)
    customer = Customer(opened(), product.address).open()
    customer.say(PLAIN)
    expect(card).to_contain_text("其中 1 句", timeout=30_000)
    page.screenshot(path=tmp_path / "1-shadow.png")
    page.goto(f"{product.address}/studio/#/inbox")
    page.get_by_role("combobox", name="按原因筛选").click(force=True)  # its words lie above it
    page.get_by_role("option", name="候选模型有异议").click()
    expect(page.locator("[data-group]").filter(has_text=PLAIN)).to_be_visible(timeout=60_000)
    page.screenshot(path=tmp_path / "2-inbox.png")

    page.goto(f"{product.address}/studio/#/models/{WORSE}")
    card.get_by_role("button", name="停止试用").click()
    because(page, "看够了")
    expect(card.get_by_role("button", name="停止试用")).to_be_hidden()
    with Traffic(product.address, customers=4, pause=0.05) as traffic:
        detail.get_by_role("button", name="灰度试用").click()
        because(page, "给一部分客户试试")
        expect(card).to_contain_text("灰度", timeout=60_000)
        history = page.get_by_role("region", name="记录")
        expect(history).to_contain_text("自动停止", timeout=120_000)
        stopped = len(traffic.turns)
        expect(page.locator("[data-role=live]")).to_have_text(before)
        page.wait_for_timeout(1_000)
    page.screenshot(path=tmp_path / "3-stopped.png")
    wrong = {one.problem for one in traffic.turns} - {None, "handed over"}
    assert not wrong, "customers noticed"
    assert len(traffic.turns) > stopped
    models = models_of_conversations(product)
    tried = [found for found in models if WORSE in found]
    assert tried, "the candidate answered nobody"
    assert any(set(found) == {before} for found in models)
    # From the live model to the candidate when the canary begins, back when it is stopped, and never otherwise.
    for found in tried:
        assert [model for model, _ in itertools.groupby(found)].count(WORSE) == 1, found


def models_of_conversations(product: Product) -> list[list[str]]:
    """For each conversation, by which model each of its sentences was understood."""
    found: dict[str, list[str]] = {}
    with sqlite3.connect(f"file:{product.var / 'care.db'}?mode=ro", uri=True) as rows:
        for conversation, understanding in rows.execute(
            "SELECT conversation_id, understanding FROM messages"
            " WHERE role = 'customer' AND understanding IS NOT NULL ORDER BY id"
        ):
            model = (json.loads(understanding) or {}).get("model")
            found.setdefault(conversation, []).append(model)
    return list(found.values())


def studio(product: Product, opened: Opened, place: str) -> Page:
    """A trainer at the studio."""
    trainer = Agent(opened(viewport={"width": 1440, "height": 1000}), product.address)
    trainer.page.goto(f"{product.address}/studio/#/{place}")
    trainer.sign_in("trainer", "trainer-demo")
    return trainer.page


def because(page: Page, reason: str) -> None:
    """Give the reason that is asked for, and go on; against the gate, too, where it objects."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("理由").fill(reason)
    dialog.locator("footer button").last.click()
    expect(dialog).to_be_hidden()


def understood(product: Product, opened: Opened, sentence: str) -> str:
    """What a customer's sentence is taken for now."""
    customer = Customer(opened(), product.address).open()
    customer.say(sentence)
    expect(customer.page.locator(".message.from-bot").last).to_be_visible(timeout=30_000)
    conversation = customer.conversation
    page = studio(product, opened, "changes")
    expect(page.get_by_role("navigation")).to_be_visible()
    path = f"{product.address}/desk/conversations/{conversation}/messages"
    said = page.request.get(path).json()["messages"]
    [one] = [one for one in said if one["role"] == "customer" and one["text"] == sentence]
    return str(one["understanding"]["intent"])
