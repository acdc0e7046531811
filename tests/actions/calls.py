"""What the code of ``actions/`` says: each response, with the values it is given, read from the source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PREFIX = "utter_"
_NO_VALUES = {"response", "buttons", "text", "json_message"}


@dataclass(frozen=True)
class Said:
    """One call of ``utter_message``: the responses it may say, and the names of the values given.

    ``values`` is None where they come from elsewhere at run time (the words of an order's terms).
    """

    place: str
    responses: frozenset[str]
    values: frozenset[str] | None


def said_in(folder: Path) -> list[Said]:
    """Every ``utter_message(response=…)`` below ``folder``.

    A response that is looked up in a table (``response=TABLE[…]``, ``response=response``) may be any that stands in it.
    """
    return [call for path in sorted(folder.glob("*.py")) for call in _said_in_file(path)]


def _said_in_file(path: Path) -> Iterator[Said]:
    module = ast.parse(path.read_text(encoding="utf-8"))
    tables = {**_imported(module, path.parent), **_assigned(module.body)}
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        known = {**tables, **_assigned(list(ast.walk(function)))}
        for call in ast.walk(function):
            if not isinstance(call, ast.Call) or not _is_utter_message(call):
                continue
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            if "response" in given:
                yield Said(
                    f"{path.name}:{call.lineno}",
                    frozenset(_responses(given["response"], known)),
                    _values(call, known),
                )


def _imported(module: ast.Module, folder: Path) -> dict[str, ast.expr]:
    """The tables that come from a file beside this one, under the names that they have there."""
    found: dict[str, ast.expr] = {}
    for node in module.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{folder.name}."):
            source = folder / f"{str(node.module).rpartition('.')[2]}.py"
            there = _assigned(ast.parse(source.read_text(encoding="utf-8")).body)
            found |= {one.name: there[one.name] for one in node.names if one.name in there}
    return found


def _is_utter_message(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "utter_message"


def _assigned(nodes: list[ast.AST] | list[ast.stmt]) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def _responses(expression: ast.expr, known: dict[str, ast.expr]) -> Iterator[str]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Constant) and str(node.value).startswith(PREFIX):
            yield str(node.value)
        elif isinstance(node, ast.Name) and node.id in known:
            yield from _responses(known[node.id], {**known, node.id: ast.Constant(None)})


def _values(call: ast.Call, known: dict[str, ast.expr]) -> frozenset[str] | None:
    names: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg is not None:
            names |= {keyword.arg} - _NO_VALUES
            continue
        table = known.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else None
        if not isinstance(table, ast.Dict):
            return None
        names |= {str(key.value) for key in table.keys if isinstance(key, ast.Constant)}
    return frozenset(names)
