"""What a model makes of the frozen test set. Runs in the bot environment, in a process of its own.

``python -m tools.trainer.measure ARCHIVE SENTENCES NLU_FOLDER OUT`` asks the model each sentence of the YAML file
``SENTENCES`` (``sentences: [{text, intent}]``) that does not stand, but for punctuation, width and case, in the training
data below ``NLU_FOLDER``, and writes ``{"rows": [[text, wanted, found, confidence, acted on]], "left_out": n}``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import unicodedata
from pathlib import Path
from typing import Any, Dict, List

FALLBACK = "nlu_fallback"
_EVERY = 100


def bare(text: str) -> str:
    """``text`` without what does not make it another sentence: width, case, punctuation, blanks."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


async def _ask(agent: Any, asked: List[Dict[str, Any]]) -> List[List[Any]]:
    rows: List[List[Any]] = []
    for number, one in enumerate(asked, start=1):
        parsed = await agent.parse_message(str(one["text"]))
        ranking = [item for item in parsed["intent_ranking"] if item["name"] != FALLBACK]
        first: Dict[str, Any] = ranking[0] if ranking else {"name": FALLBACK, "confidence": 0.0}
        confidence = round(float(first["confidence"]), 4)
        rows.append(
            [one["text"], one["intent"], first["name"], confidence, parsed["intent"]["name"]]
        )
        if number % _EVERY == 0 or number == len(asked):
            print(f"measured {number}/{len(asked)}", flush=True)
    return rows


def main() -> None:
    """The command line."""
    archive, sentences, folder, out = map(Path, sys.argv[1:])
    from rasa.core.agent import Agent
    from rasa.shared.nlu.training_data.loading import load_data
    from rasa.utils.log_utils import configure_structlog
    from ruamel.yaml import YAML

    logging.disable(logging.WARNING)
    configure_structlog(logging.ERROR)  # else Rasa prints each sentence
    every = YAML(typ="safe", pure=True).load(sentences.read_text(encoding="utf-8"))["sentences"]
    known = {bare(example.get("text")) for example in load_data(str(folder)).intent_examples}
    asked = [one for one in every if bare(str(one["text"])) not in known]
    rows = asyncio.run(_ask(Agent.load(str(archive)), asked))
    result = {"rows": rows, "left_out": len(every) - len(asked)}
    out.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
