"""Each example understood by a pipeline that was trained without it. Runs in the bot environment, at a scratch checkout.

``python -m tools.trainer.cross_validate OUT`` writes rows as ``tools.trainer.measure`` does. The folds are those of
``benchmarks/nlu/cross_validation.py``: near duplicates are always in the same one.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any, List

FOLDS = 5


def main() -> None:
    """The command line."""
    out = Path(sys.argv[1])
    from rasa.shared.nlu.training_data.loading import load_data
    from rasa.shared.utils.io import read_config_file
    from rasa.utils.log_utils import configure_structlog

    from benchmarks.nlu.cross_validation import cross_validate

    logging.disable(logging.WARNING)
    configure_structlog(logging.ERROR)
    pipeline = read_config_file("config.yml")["pipeline"]
    threshold = next(
        (item.get("threshold", 0.3) for item in pipeline if item["name"] == "FallbackClassifier"),
        0.0,
    )
    rows: List[List[Any]] = []
    for outcome in cross_validate(load_data("data/nlu"), pipeline, FOLDS):
        found, confidence = outcome.ranking[0]
        acted_on = found if confidence >= threshold else "nlu_fallback"
        rows.append([outcome.text, outcome.wanted, found, round(float(confidence), 4), acted_on])
    out.write_text(json.dumps({"rows": rows, "left_out": 0}, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
