"""Each file of this folder, held as a conversation with the real Rasa, database and REST channel."""

import pytest

from tests.dialogues.runner import run
from tests.dialogues.script import Dialogue, read_all
from tests.servers.product import Product

pytestmark = pytest.mark.timeout(600)  # the first one starts the product


def _cases() -> list[object]:
    return [
        pytest.param(dialogue, variant, id=dialogue.name + (f"-{variant}" if variant else ""))
        for dialogue in read_all()
        for variant in dialogue.variants or (None,)
    ]


@pytest.mark.parametrize(("dialogue", "variant"), _cases())
def test_dialogue(product: Product, dialogue: Dialogue, variant: str | None) -> None:
    run(dialogue, product, variant)
