"""Loaded by Python itself in every process of the product that ``tests/dialogues/mutations.py`` starts, and by no other.

In the care server it wraps each action, so that what the action named in the file ``off`` writes is rolled back, and that
the names of the actions that write are noted in the file ``wrote``. When the server starts and a file ``care.db`` stands
there, the database is first put back to it. The folder is ``DIALOGUE_SWITCH``.
"""

import importlib.abc
import importlib.machinery
import os
import shutil
import sys
from contextvars import ContextVar
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("DIALOGUE_SWITCH", "."))
_action: ContextVar[str] = ContextVar("action", default="")


def _off() -> str:
    try:
        return (FOLDER / "off").read_text()
    except OSError:
        return ""


def _wrap_actions(module: Any) -> None:
    made = module.all_actions

    def all_actions(services: Any) -> list[Any]:
        actions = list(made(services))
        for action in actions:
            action.run = _named(action.name(), action.run)
        return actions

    module.all_actions = all_actions


def _named(name: str, run: Any) -> Any:
    async def named(*words: Any, **values: Any) -> Any:
        token = _action.set(name)
        try:
            return await run(*words, **values)
        finally:
            _action.reset(token)

    return named


def _wrap_writes(module: Any) -> None:
    write = module.Database.write

    async def noted(self: Any, work: Any) -> Any:
        name = _action.get()
        if not name:
            return await write(self, work)
        with (FOLDER / "wrote").open("a") as file:
            file.write(f"{name}\n")
        return await write(self, _rolled_back(work) if _off() == name else work)

    module.Database.write = noted


def _rolled_back(work: Any) -> Any:
    def without_effect(session: Any) -> Any:
        nested = session.begin_nested()
        result = work(session)
        session.flush()
        session.expunge_all()
        nested.rollback()
        session.info.clear()
        return result

    return without_effect


_WRAPPED = {"actions.server": _wrap_actions, "care.db.session": _wrap_writes}


class _Wrapping(importlib.abc.MetaPathFinder):
    """Wraps what the two modules define, as soon as they are imported."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name not in _WRAPPED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            execute(module)
            _WRAPPED[name](module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _put_back() -> None:
    kept = FOLDER / "care.db"
    if "serve" in sys.argv and kept.exists() and os.environ.get("CARE_VAR_DIR"):
        var = Path(os.environ["CARE_VAR_DIR"])
        for file in var.glob("care.db*"):
            file.unlink()
        shutil.copy(kept, var / "care.db")


if "DIALOGUE_SWITCH" in os.environ:
    sys.meta_path.insert(0, _Wrapping())
    _put_back()
