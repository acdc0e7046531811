"""The conversations that a model must hold before it goes live: some of each topic, so that it takes a minute or two.

Those of the gate are, of each folder, the first ``EACH`` by name in which the customer only speaks and presses buttons:
nothing is broken, killed or waited for, and no page is opened, so nothing but the model and its rules is on trial.
"""

import hashlib
import json
import shutil
from pathlib import Path

from tests.dialogues.runner import run
from tests.dialogues.script import Dialogue, read_all
from tests.servers.product import Product, unlimited_codes

EACH = 2
_PLAIN = {"says", "presses"}


def chosen(dialogues: list[Dialogue]) -> list[Dialogue]:
    """Those of the gate."""
    taken: dict[str, int] = {}
    result = []
    for dialogue in dialogues:
        folder = dialogue.name.rpartition("/")[0]
        plain = all(step.deed in _PLAIN for step in dialogue.steps)
        if plain and taken.get(folder, 0) < EACH:
            taken[folder] = taken.get(folder, 0) + 1
            result.append(dialogue)
    return result


def hold(model: Path, data: Path, out: Path, *, every: bool) -> None:
    """Hold them and write ``{"against", "rows": [[name, problem or null]]}`` to ``out``; prints each as it ends."""
    dialogues = read_all() if every else chosen(read_all())
    rows: list[tuple[str, str | None]] = []
    settings = {**unlimited_codes(), **_running(model, out.parent), "CARE_DATA_DIR": str(data)}
    with Product(**settings) as product:
        print(f"the product of the gate runs {model.name}", flush=True)
        for number, dialogue in enumerate(dialogues, start=1):
            problem = _problem(dialogue, product)
            rows.append((dialogue.name, problem))
            came = "ok" if problem is None else f"failed: {problem}"
            print(f"held {number}/{len(dialogues)} {dialogue.name} {came}", flush=True)
    names = "\n".join(dialogue.name for dialogue in dialogues)
    against = hashlib.sha256(names.encode()).hexdigest()
    text = json.dumps({"against": against, "rows": rows}, ensure_ascii=False)
    out.write_text(text, encoding="utf-8")


def _running(model: Path, folder: Path) -> dict[str, str]:
    """Settings of a product that runs ``model``: it starts archives of its models' folder alone."""
    models = folder / "gate-models"
    models.mkdir(exist_ok=True)
    shutil.copy(model, models / model.name)
    return {"CARE_MODELS_DIR": str(models), "CARE_MODEL": str(models / model.name)}


def _problem(dialogue: Dialogue, product: Product) -> str | None:
    """What was wrong in a conversation, in one line; its first variant stands for all."""
    try:
        run(dialogue, product, dialogue.variants[0] if dialogue.variants else None)
    except AssertionError as error:
        return " ".join(str(error).splitlines()[0].split())[:300]
    except Exception as error:
        return f"{type(error).__name__}"
    return None
