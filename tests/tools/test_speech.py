"""The recogniser's model is put together from the packages' parts, and counts only by the published hashes."""

import hashlib
from pathlib import Path

import pytest

from tools import speech
from tools.environments import SPEECH
from tools.failure import SetupFailure
from tools.layout import Layout

WHOLE = b"first half second half"


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """An environment with a package in two parts, of which one file is made."""
    made = Layout(tmp_path, tmp_path / "var")
    packages = made.environments / "speech/lib" / f"python{SPEECH.python}" / "site-packages"
    for name, content in (("one", WHOLE[:10]), ("two", WHOLE[10:])):
        (packages / name).mkdir(parents=True)
        (packages / name / "part").write_bytes(content)
    digest = hashlib.sha256(WHOLE).hexdigest()
    monkeypatch.setattr(speech, "FILES", {"model.bin": (digest, ("one/part", "two/part"))})
    monkeypatch.setattr(speech.environments, "ensure", lambda *_, **__: None)
    return made


def test_the_parts_become_the_published_file(layout: Layout) -> None:
    folder = speech.ensure_speech(layout)
    assert [file.name for file in folder.iterdir()] == ["model.bin"]
    assert (folder / "model.bin").read_bytes() == WHOLE
    (folder / "model.bin").write_bytes(b"left alone")
    assert (speech.ensure_speech(layout) / "model.bin").read_bytes() == b"left alone"


@pytest.mark.parametrize("content", [b"something else", None])
def test_what_is_not_published_is_not_used(layout: Layout, content: bytes | None) -> None:
    part = next(layout.environments.glob("**/two/part"))
    part.unlink()
    if content is not None:
        part.write_bytes(content)
    with pytest.raises(SetupFailure):
        speech.ensure_speech(layout)
    assert not (layout.environments / "speech/whisper-base").exists()


def test_the_real_files_are_named_with_their_hashes() -> None:
    assert {"model.bin", "config.json", "tokenizer.json", "vocabulary.txt"} == set(speech.FILES)
    assert all(len(digest) == 64 and parts for digest, parts in speech.FILES.values())
