"""Whether the conversations notice when an action writes nothing.

The product under test has a switch (``tests/servers/switch``). All conversations are held once, to see which actions
write in which of them. Then, action by action, its writes are rolled back while it goes on as if nothing were wrong, and
its conversations are held again, each time on the database as it was at first. One of them must fail.
"""

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from tests.dialogues.runner import run
from tests.dialogues.script import Dialogue, read_all
from tests.servers.product import Product, unlimited_codes


def survivors(only: str | None = None) -> list[str]:
    """The actions whose missing writes nobody notices; prints what it finds as it goes."""
    with Product(**unlimited_codes()) as product:
        return _survivors(product, product.switch, only)


def _survivors(product: Product, switch: Path, only: str | None) -> list[str]:
    _keep(product.var / "care.db", switch / "care.db")
    writers = _writers(product, switch)
    lived = []
    for action, dialogues in sorted(writers.items()):
        if only not in (None, action):
            continue
        (switch / "off").write_text(action)
        by = _noticed_by(product, dialogues)
        print(f"{action}: {'noticed by ' + by if by else 'NOT NOTICED'}", flush=True)
        if by is None:
            lived.append(action)
        (switch / "off").unlink()
    print(f"{len(writers)} actions write; the missing writes of {len(lived)} are not noticed")
    return lived


def _writers(product: Product, switch: Path) -> dict[str, list[Dialogue]]:
    """The conversations in which each action writes, the shortest first."""
    wrote, found = switch / "wrote", defaultdict(list)
    for dialogue in sorted(read_all(), key=lambda one: len(one.steps)):
        if any(step.deed == "kills" for step in dialogue.steps):
            continue  # a killed server would put its database back
        wrote.write_text("")
        try:
            run(dialogue, product, next(iter(dialogue.variants), None))
        except AssertionError as error:
            print(f"fails by itself and counts for nothing: {str(error).splitlines()[0]}")
            continue
        for action in sorted({*wrote.read_text().split()}):
            found[action].append(dialogue)
    return found


def _noticed_by(product: Product, dialogues: list[Dialogue]) -> str | None:
    product.kill("care")  # it starts again on the kept database
    product.wait_until_ready()
    for dialogue in dialogues:
        try:
            run(dialogue, product, next(iter(dialogue.variants), None))
        except AssertionError:
            return dialogue.name
    return None


def _keep(database: Path, copy: Path) -> None:
    """A copy of a database in use."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
