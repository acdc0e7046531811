"""The model is named by what it is made from, trained when that is new, and old ones go."""

import json
import os
from pathlib import Path

import pytest

from tests.tools.fakes import python_script
from tools.failure import SetupFailure
from tools.layout import Layout
from tools.model import bot_environment, ensure_model, model_path

FAKE_RASA = """
import os, pathlib, sys
words = sys.argv[1:]
root = pathlib.Path.cwd()
with (root / "trained").open("a") as log:
    log.write(" ".join(words) + "\\n")
print("2026-01-01 INFO rasa.engine.training.hooks - Starting to train component 'JiebaTokenizer'.")
if (root / "fail").exists():
    sys.exit("no such intent")
out = pathlib.Path(words[words.index("--out") + 1])
name = words[words.index("--fixed-model-name") + 1]
assert out.is_dir() and out.parent.name == "models"
(out / (name + ".tar.gz")).write_text("a model")
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    for name in (
        "config.yml",
        "domain/core.yml",
        "data/nlu/billing.yml",
        "data/rules/rules.yml",
        "data/stories/stories.yml",
        "data/demo/lexicon.json",
        "data/wishes.yml",
        "data/faq/faq.yml",
        "bot/nlu/component.py",
        "bot/channels/gateway.py",
        "requirements/bot.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    result = Layout(tmp_path, tmp_path / "var")
    python_script(result.python("bot"), FAKE_RASA)
    return result


def _trainings(layout: Layout) -> list[str]:
    log = layout.root / "trained"
    return log.read_text().splitlines() if log.exists() else []


def test_trained_once_and_progress_is_shown(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    path = ensure_model(layout)
    assert path == model_path(layout)
    assert path.read_text() == "a model"
    assert ensure_model(layout) == path
    assert len(_trainings(layout)) == 1
    assert "training JiebaTokenizer" in capsys.readouterr().out
    assert list(layout.models.iterdir()) == [path]


@pytest.mark.parametrize(
    "changed",
    [
        "config.yml",
        "domain/core.yml",
        "data/nlu/billing.yml",
        "data/rules/rules.yml",
        "data/stories/stories.yml",
        "data/demo/lexicon.json",
        "data/wishes.yml",
        "bot/nlu/component.py",
        "requirements/bot.txt",
    ],
)
def test_each_of_its_sources_asks_for_a_new_one(layout: Layout, changed: str) -> None:
    before = model_path(layout)
    (layout.root / changed).write_text("changed")
    assert model_path(layout) != before


@pytest.mark.parametrize(
    "changed", ["data/faq/faq.yml", "bot/channels/gateway.py", "bot/nlu/__pycache__/x.pyc"]
)
def test_what_it_is_not_made_from_does_not(layout: Layout, changed: str) -> None:
    before = model_path(layout)
    (layout.root / changed).parent.mkdir(exist_ok=True)
    (layout.root / changed).write_text("changed")
    assert model_path(layout) == before


def test_a_failed_training_leaves_nothing_and_says_why(layout: Layout) -> None:
    (layout.root / "fail").touch()
    with pytest.raises(SetupFailure, match=r"could not be trained[^\0]*no such intent"):
        ensure_model(layout)
    assert list(layout.models.iterdir()) == []
    (layout.root / "fail").unlink()
    assert ensure_model(layout).exists()


def test_only_the_newest_are_kept(layout: Layout) -> None:
    made = []
    for number in range(8):
        (layout.root / "config.yml").write_text(f"version {number}")
        path = ensure_model(layout)
        os.utime(path, (1_000_000 + number, 1_000_000 + number))
        made.append(path)
    assert sorted(layout.models.iterdir()) == sorted(made[2:])
    (layout.root / "config.yml").write_text("version 8")
    last = ensure_model(layout, {"CARE_KEEP_MODELS": "1"})
    assert sorted(layout.models.iterdir()) == sorted([made[-1], last])


def test_code_changes_get_another_training_cache_and_the_old_one_goes(layout: Layout) -> None:
    environ = bot_environment(layout, {"OPENBLAS_NUM_THREADS": "2"})
    assert environ["OPENBLAS_NUM_THREADS"] == "1", "threads that spin cost three times a turn's CPU"
    first = Path(bot_environment(layout, {})["RASA_CACHE_DIRECTORY"])
    first.mkdir(parents=True)
    (layout.root / "data/nlu/billing.yml").write_text("changed")
    assert bot_environment(layout, {})["RASA_CACHE_DIRECTORY"] == str(first)
    (layout.root / "bot/nlu/component.py").write_text("changed")
    assert bot_environment(layout, {})["RASA_CACHE_DIRECTORY"] != str(first)
    ensure_model(layout)
    assert not first.exists()


def test_nothing_to_train_from_is_one_sentence(layout: Layout) -> None:
    (layout.root / "config.yml").unlink()
    with pytest.raises(SetupFailure, match=r"config\.yml is missing"):
        ensure_model(layout)


def test_archives_in_use_are_kept_however_old(layout: Layout) -> None:
    first = ensure_model(layout)
    os.utime(first, (1, 1))
    name = first.name.removesuffix(".tar.gz")
    (layout.var / "live_model.json").write_text(json.dumps({"live": None, "former": name}))
    for number in range(8):
        (layout.root / "config.yml").write_text(f"version {number}")
        ensure_model(layout)
    assert first.exists()
    assert len(list(layout.models.iterdir())) == 7
