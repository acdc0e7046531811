"""What our model takes sentences for: ``python -m benchmarks.speech.understanding ARCHIVE``, in the bot environment.

A line of standard input is a sentence; ``intent: …`` on standard output is the one that it would act on.
"""

from __future__ import annotations

import asyncio
import os
import sys

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the product runs Rasa (tools/model.py)

from rasa.core.agent import Agent


async def understand(archive: str) -> None:
    """One after the other."""
    agent = Agent.load(archive)
    for line in sys.stdin:
        parsed = await agent.parse_message(line.rstrip("\n"))
        print(f"intent: {parsed['intent']['name']}", flush=True)


if __name__ == "__main__":
    asyncio.run(understand(sys.argv[1]))
