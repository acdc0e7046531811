"""Loaded by Python itself in every process of a product under test (``tests/servers/product.py``), and in no other.

In the care server it does what the files of the folder ``DIALOGUE_SWITCH`` say, from the moment they are there:

* ``off`` names an action: all that it writes is rolled back, while it goes on as if nothing were wrong;
* ``bss``: the operator's systems are ``down`` (nothing is done), or answer too ``late`` (it is done, and nobody hears of
  it);
* ``care.db``: when the server starts, the database is first put back to this copy.

The names of the actions that write are noted in the file ``wrote``, where it exists.
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


def _said(file: str) -> str:
    try:
        return (FOLDER / file).read_text()
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
        if (FOLDER / "wrote").exists():
            with (FOLDER / "wrote").open("a") as file:
                file.write(f"{name}\n")
        return await write(self, _rolled_back(work) if _said("off") == name else work)

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


def _wrap_operator(module: Any) -> None:
    for name in ("_read", "_write"):
        setattr(module.EmbeddedBase, name, _failing(getattr(module.EmbeddedBase, name), module))


def _failing(call: Any, module: Any) -> Any:
    async def failing(self: Any, work: Any) -> Any:
        fault = _said("bss")
        if fault == "down":
            raise module.BssUnavailable()
        result = await call(self, work)
        if fault == "late":
            raise module.BssUnavailable()
        return result

    return failing


_WRAPPED = {
    "actions.server": _wrap_actions,
    "care.db.session": _wrap_writes,
    "care.bss.embedded.base": _wrap_operator,
}


class _Wrapping(importlib.abc.MetaPathFinder):
    """Wraps what these modules define, as soon as they are imported."""

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
