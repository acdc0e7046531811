"""How many values of months, dates, hours, money and data are read rightly from sentences that somebody else wrote.

Run in the bot environment at the root: ``.venv/bot/bin/python -m benchmarks.nlu.values``. The cases are those of
``tests/nlu/values.yml``. A case is right when the one value of its entity is the wanted one, or when there is none and
none is found. It shows no case: nothing may be tuned on them.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from bot.nlu import values
from bot.nlu.fold import fold
from tests.nlu.held_out import TODAY, ValueCase, unchanged, value_cases


def found(case: ValueCase) -> list[Any]:
    """The values of the case's entity in its text."""
    spans = values.extract(fold(case.text), TODAY)
    return [span.value for span in spans if span.entity == case.entity]


def is_right(case: ValueCase) -> bool:
    """Whether exactly the wanted value is found; months of several spans count as one list."""
    got = found(case)
    if case.value is None or not got:
        return case.value is None and not got
    if case.entity == "month":
        months = [
            month for value in got for month in (value if isinstance(value, list) else [value])
        ]
        wanted = case.value if isinstance(case.value, list) else [case.value]
        return months == wanted
    if case.entity == "amount":
        return [Decimal(str(value)) for value in got] == [Decimal(str(case.value))]
    return [str(value) for value in got] == [str(case.value)]


def main() -> None:
    """Prints the share of each entity, and of all."""
    if not unchanged():
        raise SystemExit("the files of tests/nlu are not those that were first measured")
    total: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for case in value_cases():
        for name in (case.entity, "all"):
            total[name] += 1
            right[name] += is_right(case)
    for name in sorted(total):
        print(f"{name:12} {right[name] / total[name]:.3f} of {total[name]}")


if __name__ == "__main__":
    main()
