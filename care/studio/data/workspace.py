"""The files as a trainer sees them: as they stand on the disk, with the trainer's own draft on top."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

from care.studio.data.applying import apply
from care.studio.data.catalogue import Catalogue
from care.studio.data.checks import Finding, look_through
from care.studio.data.drafts import Change
from care.studio.data.edits import Edit
from care.studio.data.files import Files
from care.studio.data.refusals import EditRefused, ExampleTaken, NotChangeable
from care.studio.data.repository import DataRepository
from care.studio.data.yaml_text import Unreadable

KEPT = 6
"""Views that are kept: making one takes a second or more."""


@dataclass(frozen=True)
class View:
    """Files with a draft on top; ``refused`` are the changes of it that do not fit any more, by their ids."""

    files: Files
    refused: dict[str, EditRefused]

    @cached_property
    def catalogue(self) -> Catalogue:
        """What the files hold."""
        return Catalogue(self.files)

    @cached_property
    def findings(self) -> list[Finding]:
        """What is to be said about them."""
        return look_through(self.files)


class Workspace:
    """Makes views, and keeps the last ones. Safe to share between threads; blocking, so called in a worker thread."""

    def __init__(self, repository: DataRepository) -> None:
        self.repository = repository
        self._views: OrderedDict[tuple[str, tuple[str, ...]], View] = OrderedDict()
        self._lock = threading.Lock()

    def view(self, changes: list[Change]) -> View:
        """The files with these changes. Raises ``OSError``, ``Unreadable``."""
        with self._lock:
            key = (self.repository.fingerprint(), tuple(one.id for one in changes))
            view = self._views.pop(key, None) or self._make(changes)
            self._views[key] = view
            while len(self._views) > KEPT:
                self._views.popitem(last=False)
            # Made under the lock: threads that look at files together would change ruamel's documents together.
            _ = view.catalogue
            return view

    def require(self, changes: list[Change], new: list[Edit]) -> None:
        """Raises ``EditRefused`` unless the new edits fit on top of the files and the draft."""
        with self._lock:
            files = self._make(changes).files
            for one in new:
                _apply(one, files)

    def fitting(
        self, changes: list[Change], new: list[tuple[str | None, Edit]]
    ) -> list[tuple[str | None, Edit]]:
        """Those of ``new`` that are no examples yet. Raises ``EditRefused``."""
        fit = []
        with self._lock:
            files = self._make(changes).files
            for given, edit in new:
                try:
                    _apply(edit, files)
                except ExampleTaken:
                    continue
                fit.append((given, edit))
        return fit

    def _make(self, changes: list[Change]) -> View:
        files = Files(self.repository.texts())
        refused: dict[str, EditRefused] = {}
        for one in changes:
            try:
                _apply(one.edit, files)
            except EditRefused as error:
                refused[one.id] = error
        return View(files, refused)


def _apply(edit: Edit, files: Files) -> None:
    try:
        apply(edit, files)
    except Unreadable as error:
        raise NotChangeable(detail=str(error)) from error
