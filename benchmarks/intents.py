"""What it takes to settle each matter: messages of the customer, and time a turn.

``.venv/care/bin/python -m benchmarks.intents`` holds, for each intent, the shortest conversation that proves it
(``proves`` in ``tests/dialogues``) with the running product. Times are given as a ratio to a greeting's in the same run,
since machines differ. It also talks 200 turns in one conversation and compares the end with the beginning.
"""

import statistics
import sys

from benchmarks.flows.report import number, table
from care.datafiles import read_yaml
from tests.dialogues.rows import Rows
from tests.dialogues.runner import Talk, run
from tests.dialogues.script import Dialogue, read_all
from tests.dialogues.values import Values
from tests.servers.product import Product, unlimited_codes
from tools.layout import ROOT

GREETINGS = 30
LONG = 200
_PART = 42
_SAYINGS = ("还有多少话费", "流量还剩多少", "你好", "VoLTE是什么", "谢谢", "查上个月账单")


def main() -> int:
    """Measure and print."""
    with Product(**unlimited_codes()) as product:
        greeting = _greeting(product)
        proofs, seconds, failed = _proofs(), {}, 0
        for dialogue in {one.name: one for one in proofs.values()}.values():
            try:
                held = run(dialogue, product, next(iter(dialogue.variants), None))
            except AssertionError as error:
                failed += 1
                print(str(error).splitlines()[0], file=sys.stderr)
                continue
            seconds[dialogue.name] = held.seconds
        early, late = _long_conversation(product)
    print("# What it takes to settle a matter\n")
    print(f"A greeting takes {1000 * greeting:.0f} ms (median of {GREETINGS}).\n")
    heads = ["intent", "conversation", "messages", "median turn", "to a greeting"]
    print(table(heads, _rows(proofs, seconds, greeting)))
    print(
        f"\nOf {LONG} turns in one conversation, the last {_PART} took {late / early:.2f} times what"
        f" turns {_PART + 1} to {2 * _PART} took (goal: at most 1.3)."
    )
    return 1 if failed else 0


def _proofs() -> dict[str, Dialogue]:
    """The shortest proof of each intent that kills no process and waits for nothing to run out."""
    plain = [
        one for one in read_all() if all(step.deed in ("says", "presses") for step in one.steps)
    ]
    found = {}
    for intent in map(str, read_yaml(ROOT / "domain.yml")["intents"]):
        proofs = [one for one in plain if intent in one.proves]
        if proofs:
            found[intent] = min(proofs, key=lambda one: len(one.steps))
    return found


def _rows(
    proofs: dict[str, Dialogue], seconds: dict[str, list[float]], greeting: float
) -> list[list[str]]:
    rows = []
    for intent, dialogue in proofs.items():
        if dialogue.name in seconds:
            turn = statistics.median(seconds[dialogue.name])
            count = str(len(seconds[dialogue.name]))
            times = [number(1000 * turn, "ms", 0), number(turn / greeting, "x")]
            rows.append([intent, dialogue.name, count, *times])
    return rows


def _greeting(product: Product) -> float:
    talk = Talk(product)
    for _ in range(GREETINGS):
        talk.say("你好")
    talk.close()
    return statistics.median(talk.seconds)


def _long_conversation(product: Product) -> tuple[float, float]:
    """Seconds of a part of the conversation early on, and of its end; the first part warms up."""
    rows, talk = Rows(product.var), Talk(product)
    values = Values(rows, talk.http, "C1007", lambda: "")
    talk.say("查余额")
    talk.say(values.fill("{phone}"))
    talk.say(values.fill("{code}"))
    talk.seconds.clear()
    for turn in range(LONG):
        talk.say(_SAYINGS[turn % len(_SAYINGS)])
    talk.close()
    rows.close()
    return sum(talk.seconds[_PART : 2 * _PART]), sum(talk.seconds[-_PART:])


if __name__ == "__main__":
    sys.exit(main())
