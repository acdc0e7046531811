"""How often two wishes in one message are both found, and how often a message with one is taken for two.

Run in the bot environment at the repository's root: ``.venv/bot/bin/python -m benchmarks.nlu.wishes``. Printed for the
newest model, first for the held-out messages of ``tests/nlu/wishes.yml``, by another writer and tuned on by nobody; of them
no message is shown. One with several wishes counts as found when exactly they are found, in their order.

Then for the development messages of ``benchmarks/nlu/wishes.yml``, with which the splitter was built and tuned. The
``later`` lists were written after the first splitter, by the same hand; measured before anything was changed for them, 23
of 31 were found and 4 of 37 wrongly parted. The ``other_hand`` lists are by another writer, and the points were set with
half of them: those whose SHA-256 begins with an even byte. Of the other half, 42 of 53 were found and 2 of 49 wrongly
parted when it was first measured; the points were lowered a little after that.

``--show`` names those that went wrong; ``--examples`` measures those of ``data/nlu``, too, which have one wish each (the
intent model has learned them, where messages are parted has not).
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
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the product runs Rasa (tools/model.py)

from rasa.core.agent import Agent
from rasa.shared.nlu.training_data.loading import load_data
from rasa.utils.log_utils import configure_structlog
from ruamel.yaml import YAML

from tests.nlu.held_out import WishMessage, unchanged, wish_messages

DEVELOPMENT = Path(__file__).with_suffix(".yml")


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
    kind: str, messages: Sequence[WishMessage], found: Sequence[Found], show: bool = False
) -> None:
    """Prints how many messages with several wishes were understood, and how many single ones were parted."""
    pairs = list(zip(messages, found, strict=True))
    several = [(message, one) for message, one in pairs if len(message.wishes) > 1]
    single = [(message, one) for message, one in pairs if len(message.wishes) == 1]
    missed = [one for message, one in several if one.wishes != message.wishes]
    parted = [one for _, one in single if len(one.wishes) > 1]
    if several:
        right = len(several) - len(missed)
        otherwise = sum(bool(one.wishes) for one in missed)
        share = f"{right} of {len(several)} found ({right / len(several):.3f})"
        print(f"{kind:14} several wishes: {share}, {otherwise} parted otherwise")
    if single:
        print(f"{kind:14} one wish: {len(parted)} of {len(single)} wrongly parted")
    for one in [*missed, *parted] if show else ():
        print(f"    {one.text}: {', '.join(one.wishes) or one.intent}")


def _development() -> dict[str, list[WishMessage]]:
    lists = YAML(typ="safe", pure=True).load(DEVELOPMENT.read_text(encoding="utf-8"))
    return {
        kind: [
            WishMessage(one["text"], tuple(one["wishes"]) if kind.endswith("several") else ("one",))
            for one in cases
        ]
        for kind, cases in lists.items()
    }


def main() -> None:
    """Measures the newest model."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--models", type=Path, default=Path("var/models"))
    parser.add_argument(
        "--show", action="store_true", help="name the development messages that went wrong"
    )
    parser.add_argument("--examples", action="store_true", help="the examples of data/nlu, too")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    configure_structlog(logging.WARNING)
    newest = max(options.models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    agent = Agent.load(newest)
    if not unchanged():
        raise SystemExit("the files of tests/nlu are not those that were first measured")
    messages = wish_messages()
    found = asyncio.run(understand(agent, [message.text for message in messages]))
    report("held out", messages, found)
    times = sorted(one.milliseconds for one in found)
    print(
        f"CPU of these: p50 {times[len(times) // 2]:.1f} ms, p95 {times[len(times) * 19 // 20]:.1f} ms"
    )
    lists = _development()
    if options.examples:
        texts = [example.get("text") for example in load_data("data/nlu").intent_examples]
        lists["examples"] = [WishMessage(text, ("one",)) for text in texts]
    for kind, messages in lists.items():
        found = asyncio.run(understand(agent, [message.text for message in messages]))
        report(kind, messages, found, options.show)


if __name__ == "__main__":
    main()
