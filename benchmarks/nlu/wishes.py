"""How often two wishes in one message are both found, and how often a message with one is taken for two.

Run in the bot environment at the repository's root: ``.venv/bot/bin/python -m benchmarks.nlu.wishes``. The messages are
those of ``benchmarks/nlu/wishes.yml``; one with several wishes counts as found when exactly they are found, in their order.
The first two lists were written while the splitter was built. The last two were written by the same hand after it;
measured before anything was changed for them, 23 of 31 were found and 4 of 37 wrongly parted. All of them have been tuned
on since: these are development figures. ``--examples`` measures the examples of ``data/nlu``, too, which have one wish
each (the intent model has learned them, where messages are parted has not). Printed for the newest model; ``--show`` names
the messages that went wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ["RASA_TELEMETRY_ENABLED"] = "false"

from rasa.core.agent import Agent
from rasa.shared.nlu.training_data.loading import load_data
from rasa.utils.log_utils import configure_structlog
from ruamel.yaml import YAML

FILE = Path(__file__).with_suffix(".yml")


@dataclass(frozen=True)
class Found:
    """A message, its intent, its wishes (none when it has one), and the CPU it took in ms."""

    text: str
    intent: str
    wishes: tuple[str, ...]
    milliseconds: float


async def understand(agent: Agent, texts: Sequence[str]) -> list[Found]:
    """Each message through the whole pipeline, one after the other."""
    await agent.parse_message("你好")  # what is loaded at the first use is no message's
    found = []
    for text in texts:
        began = time.process_time()
        parsed = await agent.parse_message(text)
        took = (time.process_time() - began) * 1000
        wishes = tuple(wish["intent"] for wish in parsed.get("wishes") or ())
        found.append(Found(text, str(parsed["intent"]["name"]), wishes, took))
    return found


def report(
    kind: str, cases: Sequence[dict[str, object]], found: Sequence[Found], show: bool
) -> None:
    """Prints the figures of one list with several wishes, or of one with single ones."""
    several = kind.endswith("several")
    parted = [one for one in found if one.wishes]
    if several:
        right = [o for o, c in zip(found, cases, strict=True) if list(o.wishes) == c["wishes"]]
        share = f"{len(right)} of {len(found)} found ({len(right) / len(found):.3f})"
        print(f"{kind:14} {share}, {len(parted) - len(right)} parted otherwise")
        wrong = [one for one in found if one not in right]
    else:
        print(f"{kind:14} {len(parted)} of {len(found)} wrongly parted")
        wrong = parted
    if show:
        for one in wrong:
            print(f"    {one.text}: {', '.join(one.wishes) or one.intent}")


def main() -> None:
    """Measures the newest model."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--models", type=Path, default=Path("var/models"))
    parser.add_argument("--show", action="store_true", help="name what went wrong")
    parser.add_argument("--examples", action="store_true", help="the examples of data/nlu, too")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    configure_structlog(logging.WARNING)
    newest = max(options.models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    agent = Agent.load(newest)
    lists = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))
    times: list[float] = []
    for kind, cases in lists.items():
        found = asyncio.run(understand(agent, [case["text"] for case in cases]))
        report(kind, cases, found, options.show)
        times += [one.milliseconds for one in found]
    times.sort()
    print(
        f"CPU of these messages: p50 {times[len(times) // 2]:.1f} ms, p95 {times[len(times) * 19 // 20]:.1f} ms"
    )
    if options.examples:
        texts = [example.get("text") for example in load_data("data/nlu").intent_examples]
        report("single", [], asyncio.run(understand(agent, texts)), options.show)


if __name__ == "__main__":
    main()
