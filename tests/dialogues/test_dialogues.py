"""Each file in this folder is a conversation that must go as it says."""

from pathlib import Path

import pytest

from tests.dialogues.runner import MalformedDialogue, Stage, load
from tests.servers.product import Product

_FOLDER = Path(__file__).parent
_FILES = sorted(_FOLDER.rglob("*.yml"))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: str(path.relative_to(_FOLDER)))
def test_dialogue(product: Product, path: Path) -> None:
    Stage(product).play(load(path))


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "steps: []",
        "steps: [{hear: x}]",
        "steps: [{say: x, press: y}]",
        "color: red\nsteps: [{say: x}]",
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(MalformedDialogue):
        load(file)
