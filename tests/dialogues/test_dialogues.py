"""Each file of this folder, held as a conversation with the real Rasa, database and REST channel."""

import re

import pytest

from tests.dialogues.coverage import Touched, the_dialogue
from tests.dialogues.runner import run
from tests.dialogues.script import Dialogue, read_all
from tests.servers.product import Product

pytestmark = pytest.mark.timeout(600)  # the first one starts the product

THE_DIALOGUE = the_dialogue()


def _cases() -> list[tuple[Dialogue, str | None]]:
    return [
        (dialogue, variant) for dialogue in read_all() for variant in dialogue.variants or (None,)
    ]


def _id(dialogue: Dialogue, variant: str | None) -> str:
    return dialogue.name + (f"-{variant}" if variant else "")


@pytest.fixture(scope="session")
def touched() -> Touched:
    """What the conversations of this run have touched so far."""
    return Touched()


@pytest.mark.parametrize(
    ("dialogue", "variant"), [pytest.param(*case, id=_id(*case)) for case in _cases()]
)
def test_dialogue(
    product: Product, touched: Touched, dialogue: Dialogue, variant: str | None
) -> None:
    touched.add(run(dialogue, product, variant).marks, THE_DIALOGUE.rules)


@pytest.mark.last
def test_nothing_went_wrong_inside_rasa(product: Product, touched: Touched) -> None:
    if not touched.conversations:
        pytest.skip("only after conversations")
    lines = (product.var / "log" / "rasa.log").read_text(encoding="utf-8").splitlines()
    wrong = [line for line in lines if re.search(r"\bERROR\b|\[error\b", line)]
    assert wrong == []


@pytest.mark.last
def test_no_intent_rule_form_or_action_is_left_untouched(touched: Touched) -> None:
    if touched.conversations < len(_cases()):
        pytest.skip("only after all conversations have been held")
    assert THE_DIALOGUE.untouched(touched) == []
