"""The FAQ search over very many entries: ``.venv/care/bin/python -m benchmarks.knowledge_scale [--entries 100000]``

The entries are made up: each has one wording of 3 to 8 words and an answer of 15 to 30, drawn at random (always the
same) from the words of the real wordings and answers, as often as these use them. Asked are real wordings, which share
common words with very many entries. Printed: time to build (with every vector encoded, and with them on disk), memory,
and the time of a search. One thread; nothing of the index is kept but the vectors.
"""

import argparse
import random
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

from benchmarks.knowledge_folds import FAQ, wordings
from care.knowledge.analysis import Analyzer
from care.knowledge.entries import Entry, Library, load_library
from care.knowledge.search import HybridKnowledgeBase
from care.knowledge.sentence_encoder import load_encoder

ASKED = 500


def made_up(real: Library, count: int) -> Library:
    """A library of so many entries in the words of a real one."""
    chance = random.Random(1)
    words = Analyzer(real.vocabulary).words
    asking = [word for text in wordings(real.entries) for word in words(text)]
    telling = [word for entry in real.entries for word in words(entry.answer)]
    entries = []
    for number in range(count):
        entries.append(
            Entry(
                id=f"made-up-{number}",
                question="".join(chance.choices(asking, k=chance.randint(3, 8))),
                other=(),
                answer="".join(chance.choices(telling, k=chance.randint(15, 30))),
                source="",
                reviewed=date(2026, 1, 1),
            )
        )
    return Library(tuple(entries), real.vocabulary)


def memory() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Build and search."""
    parser = argparse.ArgumentParser(description="The FAQ search over very many entries.")
    parser.add_argument("--entries", type=int, default=100_000)
    count = parser.parse_args().entries
    real = load_library(FAQ)
    library = made_up(real, count)
    load_encoder()
    print(f"{count} entries of one wording each; before building {memory():.0f} MB")
    with tempfile.TemporaryDirectory() as folder:
        for how in ("every vector encoded", "vectors on disk"):
            start, busy = time.perf_counter(), time.process_time()
            base = HybridKnowledgeBase(library, cache=Path(folder))
            wall, cpu = time.perf_counter() - start, time.process_time() - busy
            print(f"built, {how}: {wall:.0f} s, {cpu:.0f} s of CPU; at most {memory():.0f} MB")
    texts = random.Random(2).sample(wordings(real.entries), ASKED)
    times, busy_times = [], []
    for text in texts:
        start, busy = time.perf_counter(), time.process_time()
        base.answer_for(text)
        times.append((time.perf_counter() - start) * 1000)
        busy_times.append((time.process_time() - busy) * 1000)
    for name, values in (("elapsed", sorted(times)), ("CPU", sorted(busy_times))):
        print(
            f"a search, {name}: p50 {values[len(values) // 2]:.1f} ms, p95 {values[int(len(values) * 0.95)]:.1f} ms"
        )


if __name__ == "__main__":
    main()
