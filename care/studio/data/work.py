"""What takes long with the training data, as functions that may be called in another process (``aside``)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from care.errors import CareError
from care.studio.data.applying import apply_all
from care.studio.data.catalogue import Catalogue
from care.studio.data.checks import Finding, blanks_changed, look_through, new_findings
from care.studio.data.drafts import Change
from care.studio.data.edits import Edit
from care.studio.data.files import Files
from care.studio.data.refusals import EditRefused
from care.studio.data.repository import DataRepository, Preview
from care.studio.data.workspace import Workspace

CODE = ("actions", "bot", "care")
"""Folders, of the checkout and beside the data, whose programs may rest on an intent's name."""


@dataclass(frozen=True)
class DraftPreview:
    """What publishing a draft would do. Without ``preview`` it cannot be published: ``refused`` says why."""

    preview: Preview | None
    refused: CareError | None
    refused_change: str | None
    findings: list[Finding]


@lru_cache(maxsize=4)
def _workspace(repository: DataRepository) -> Workspace:
    return Workspace(repository)


def looked[T](
    repository: DataRepository, changes: list[Change], what: Callable[..., T], *args: Any
) -> T:
    """What ``what`` makes of the files with these changes on top, a ``View``, and of ``args``."""
    return what(_workspace(repository).view(changes), *args)


def require(repository: DataRepository, changes: list[Change], new: list[Edit]) -> None:
    """Raises ``EditRefused`` unless the new edits fit on top of the files and the draft."""
    _workspace(repository).require(changes, new)


def fitting(
    repository: DataRepository, changes: list[Change], new: list[tuple[str | None, Edit]]
) -> list[tuple[str | None, Edit]]:
    """Those of ``new`` that are no examples yet. Raises ``EditRefused``."""
    return _workspace(repository).fitting(changes, new)


def previewed(repository: DataRepository, changes: list[Change]) -> DraftPreview:
    """What publishing the changes would do, and what the checks say of it."""
    try:
        preview = repository.preview(_applying(changes))
    except EditRefused as error:
        number = error.data.get("change")
        refused = changes[number].id if isinstance(number, int) else None
        return DraftPreview(None, error, refused, [])
    except CareError as error:
        return DraftPreview(None, error, None, [])
    # The whole texts are needed for the checks alone.
    return DraftPreview(replace(preview, before={}, after={}), None, None, _checked(preview))


def published(
    repository: DataRepository,
    changes: list[Change],
    digest: str,
    message: str,
    author: str,
    author_id: str,
    now: datetime,
) -> str:
    """Make the commit; gives its id. Raises what ``DataRepository.publish`` does."""
    commit, _ = repository.publish(_applying(changes), digest, message, author, author_id, now)
    return commit


def code_with(roots: set[Path], intent: str) -> list[str]:
    """The programs below ``roots`` that name an intent, as a text in quotes."""
    quoted = re.compile(rf"""["']{re.escape(intent)}["']""")
    found = {
        file.relative_to(root).as_posix()
        for root in roots
        for folder in CODE
        for file in (root / folder).rglob("*.py")
        if quoted.search(file.read_text(encoding="utf-8", errors="replace"))
    }
    return sorted(found)[:20]


def _checked(preview: Preview) -> list[Finding]:
    """What the change brings that was not there before, errors first."""
    before, after = Files(preview.before), Files({**preview.before, **preview.after})
    found = new_findings(_found_in(before), _found_in(after))
    if any(finding.code == "unreadable" for finding in found):
        return found
    return [*blanks_changed(Catalogue(before), Catalogue(after)), *found]


def _found_in(files: Files) -> list[Finding]:
    return _findings(tuple(sorted(files.texts().items())))


@lru_cache(maxsize=8)
def _findings(texts: tuple[tuple[str, str], ...]) -> list[Finding]:
    return look_through(Files(dict(texts)))


def _applying(changes: list[Change]) -> Callable[[Files], None]:
    return lambda files: apply_all(files, [one.edit for one in changes])
