"""Is this file one of our models? Asked before any of it is unpacked or loaded.

A model archive names classes that Rasa imports, and its parts are unpacked to the disk: it is code. So it is refused
unless every name in it stays inside it, it was trained by the Rasa that runs here, for this assistant, and is made of
Rasa's components and ours alone.
"""

import gzip
import hashlib
import json
import re
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from care.errors import BadRequest
from care.settings import ROOT

NAME = re.compile(r"xiaoxun-[0-9a-f]{12}")
RASA_VERSION = "3.6.21"
ASSISTANT = "xiaoxun"
MEMBERS = 5_000
UNPACKED = 4 * 1024**3
"""Bytes; a model of the full data has some 0.07 of this."""
METADATA = 8 * 1024**2
_KINDS = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE)


class ArchiveRefused(BadRequest):
    """A file that is no model of ours; ``why`` is a code, ``what`` names the place."""

    code, status, message = "archive_refused", 422, "这个模型文件不能使用。"

    def __init__(self, why: str, what: str = "") -> None:
        super().__init__(f"{REASONS[why]}{'：' + what if what else ''}", why=why, what=what)


REASONS = {
    "name": "模型文件的名字不对",
    "missing": "模型文件不在了",
    "broken": "模型文件已损坏",
    "unsafe": "模型文件里有不安全的路径或链接",
    "too_large": "模型文件解开后太大",
    "no_metadata": "不是 Rasa 模型：没有 metadata.json",
    "version": "模型由另一个版本的 Rasa 训练",
    "foreign": "不是本项目的模型",
    "component": "模型用到了本项目没有的组件",
    "changed": "模型文件与登记时不一致",
}


@dataclass(frozen=True)
class Archive:
    """A model archive that may be loaded. ``size`` in bytes; ``intents`` are those of its domain."""

    name: str
    sha256: str
    size: int
    trained_at: str
    intents: tuple[str, ...]


def name_of(path: Path) -> str:
    """The model's name by its file. Raises ``ArchiveRefused``."""
    name = path.name.removesuffix(".tar.gz")
    if not path.name.endswith(".tar.gz") or not NAME.fullmatch(name):
        raise ArchiveRefused("name", path.name[:60])
    return name


def check(path: Path, *, sha256: str | None = None, root: Path = ROOT) -> Archive:
    """What the archive at ``path`` is, read without unpacking it. Raises ``ArchiveRefused``.

    ``sha256`` is what it was registered with; ``root`` is the checkout whose ``bot/`` has our components.
    """
    name = name_of(path)
    if not path.is_file():
        raise ArchiveRefused("missing", path.name)
    found = file_hash(path)
    if sha256 is not None and found != sha256:
        raise ArchiveRefused("changed", path.name)
    metadata = _metadata(path)
    if metadata.get("rasa_open_source_version") != RASA_VERSION:
        raise ArchiveRefused("version", str(metadata.get("rasa_open_source_version"))[:40])
    if metadata.get("assistant_id") != ASSISTANT:
        raise ArchiveRefused("foreign", str(metadata.get("assistant_id"))[:40])
    for used in _components(metadata):
        if not _is_known(used, root):
            raise ArchiveRefused("component", used[:120])
    domain = metadata.get("domain")
    intents = domain.get("intents") if isinstance(domain, dict) else None
    return Archive(
        name,
        found,
        path.stat().st_size,
        str(metadata.get("trained_at", "")),
        tuple(_intent_name(one) for one in intents) if isinstance(intents, list) else (),
    )


def file_hash(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _metadata(path: Path) -> dict[str, Any]:
    """``metadata.json`` of an archive, all of whose members are looked at on the way."""
    text: bytes | None = None
    total = members = 0
    try:
        # Through gzip itself, whose checksum at the end tarfile would not look at.
        with gzip.open(path) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                members += 1
                total += member.size
                if members > MEMBERS or total > UNPACKED:
                    raise ArchiveRefused("too_large")
                _require_safe(member)
                if PurePosixPath(member.name) == PurePosixPath("metadata.json"):
                    if not member.isreg() or member.size > METADATA:
                        raise ArchiveRefused("no_metadata")
                    part = tar.extractfile(member)
                    text = part.read() if part is not None else None
            while stream.read(1024 * 1024):
                pass
    except (tarfile.TarError, OSError, EOFError, ValueError, zlib.error) as error:
        raise ArchiveRefused("broken", type(error).__name__) from error
    if text is None:
        raise ArchiveRefused("no_metadata")
    try:
        metadata = json.loads(text)
    except ValueError as error:
        raise ArchiveRefused("broken", "metadata.json") from error
    if not isinstance(metadata, dict):
        raise ArchiveRefused("broken", "metadata.json")
    return metadata


def _require_safe(member: tarfile.TarInfo) -> None:
    # Rasa writes a first member "/" for the folder itself, which tar takes for the present one.
    name = member.name
    if name in ("", "/", ".") and member.isdir():
        return
    path = PurePosixPath(name)
    if member.type not in _KINDS or path.is_absolute() or ".." in path.parts or "\\" in name:
        raise ArchiveRefused("unsafe", name[:80])


def _components(metadata: dict[str, Any]) -> set[str]:
    used = set()
    for schema in ("train_schema", "predict_schema"):
        try:
            nodes = metadata[schema]["nodes"]
            used |= {str(node["uses"]) for node in nodes.values()}
        except (KeyError, TypeError, AttributeError) as error:
            raise ArchiveRefused("broken", schema) from error
    return used


def _is_known(used: str, root: Path) -> bool:
    module, _, name = used.rpartition(".")
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", used) or not name:
        return False
    if module.startswith("rasa."):
        return True
    return (
        module.startswith("bot.nlu.")
        and (root / (module.replace(".", "/") + ".py")).is_file()
        and f"class {name}" in (root / (module.replace(".", "/") + ".py")).read_text("utf-8")
    )


def _intent_name(item: Any) -> str:
    return str(next(iter(item))) if isinstance(item, dict) and item else str(item)
