"""Commands about the conversations of this folder.

``python -m tests.dialogues coverage`` holds them all and prints what no conversation touches;
``python -m tests.dialogues mutations`` switches off the writes of each action in turn, and prints the actions whose missing
writes no conversation notices;
``python -m tests.dialogues reference`` writes ``docs/reference/intents.md``;
``python -m tests.dialogues gate --model ARCHIVE --data FOLDER --out FILE`` holds those of the gate (``gate.py``), or with
``--all`` each one, with a product that runs this model, and writes what came of them.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.dialogues import gate, reference
from tests.dialogues.coverage import Touched, the_dialogue
from tests.dialogues.mutations import survivors
from tests.dialogues.runner import run
from tests.dialogues.script import read_all
from tests.servers.product import Product, unlimited_codes
from tools.layout import ROOT


def main(words: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.dialogues",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("coverage", "mutations", "reference", "gate"))
    parser.add_argument("--only", metavar="ACTION", help="one action, for mutations")
    parser.add_argument("--model", type=Path, help="an archive, for gate")
    parser.add_argument("--data", type=Path, default=ROOT / "data", help="the data, for gate")
    parser.add_argument("--out", type=Path, help="file of the results, for gate")
    parser.add_argument("--all", action="store_true", help="all conversations, for gate")
    options = parser.parse_args(words)
    if options.command == "gate":
        gate.hold(options.model, options.data, options.out, every=options.all)
        return 0
    if options.command == "reference":
        reference.FILE.write_text(reference.text(), encoding="utf-8")
        return 0
    if options.command == "mutations":
        return 1 if survivors(only=options.only) else 0
    return _coverage()


def _coverage() -> int:
    dialogue, touched, failed = the_dialogue(), Touched(), 0
    with Product(**unlimited_codes()) as product:
        for script in read_all():
            for variant in script.variants or (None,):
                try:
                    touched.add(run(script, product, variant).marks, dialogue.rules)
                except AssertionError as error:
                    failed += 1
                    print(f"failed: {str(error).splitlines()[0]}")
    untouched = dialogue.untouched(touched)
    print("\n".join(untouched))
    print(
        f"{touched.conversations} conversations ({failed} failed), {len(untouched)} left untouched;"
        f" {len(dialogue.intents)} intents, {len(dialogue.rules)} rules, {len(dialogue.forms)} forms,"
        f" {len(dialogue.actions)} actions"
    )
    return 1 if untouched or failed else 0


if __name__ == "__main__":
    sys.exit(main())
