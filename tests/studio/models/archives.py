"""Model archives for tests: as Rasa writes them, and as somebody else might."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

NAME = "xiaoxun-0123456789ab"


def metadata(**changes: Any) -> dict[str, Any]:
    """What a model of ours says of itself."""
    nodes = {
        "tokenizer": {"uses": "bot.nlu.tokenizer.LexiconTokenizer"},
        "rules": {"uses": "rasa.core.policies.rule_policy.RulePolicy"},
    }
    return {
        "rasa_open_source_version": "3.6.21",
        "assistant_id": "xiaoxun",
        "trained_at": "2026-11-30T04:47:41",
        "domain": {"intents": ["query_bill", {"greet": {"use_entities": []}}]},
        "train_schema": {"nodes": nodes},
        "predict_schema": {"nodes": nodes},
        **changes,
    }


def write(
    folder: Path,
    name: str = NAME,
    *,
    says: dict[str, Any] | None = None,
    extra: list[tarfile.TarInfo] | None = None,
    seed: str = "",
) -> Path:
    """An archive in ``folder``; ``extra`` members are added, ``seed`` makes its bytes other ones."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        top = tarfile.TarInfo("")
        top.type = tarfile.DIRTYPE
        tar.addfile(top)
        _add(tar, "metadata.json", json.dumps(metadata() if says is None else says).encode())
        _add(tar, "components/weights.npy", seed.encode())
        for member in extra or []:
            tar.addfile(member)
    return path


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))
