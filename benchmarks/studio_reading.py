"""Do customers notice that a trainer opens the studio, or that the knowledge base is taken up anew?

``python -m benchmarks.studio_reading`` starts the product, lets customers talk over the REST channel, and then has a trainer
look at the findings again and again, each time after every file of examples was given one more comment, so that all are
read and checked anew; and between that it does the same to the knowledge base, which the server then takes up. Printed: the
time of customers' turns without that and with each, as a ratio, and how long a look takes.
"""

import argparse
import statistics
import time
from pathlib import Path

from benchmarks.swaps import Studio, Traffic, Turn, p95, report
from tests.servers.product import Product, unlimited_codes

TAKEN_UP = 8.0
"""Seconds in which the server notices a change of the knowledge base and has taken it up."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--customers", type=int, default=2)
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between two messages")
    parser.add_argument("--looks", type=int, default=8)
    options = parser.parse_args()
    with (
        Product(**unlimited_codes()) as product,
        Traffic(product.address, options.customers, options.pause) as traffic,
    ):
        studio = Studio(product)
        data = product.var / "data-repository" / "data"
        time.sleep(5)
        quiet: list[Turn] = []
        reading: list[Turn] = []
        taking_up: list[Turn] = []
        looks = []
        for number in range(options.looks):  # by turns, since what else the machine does changes
            _comment(data / "nlu", number)
            began = time.monotonic()
            studio.http.get("/studio/data/findings", timeout=120).raise_for_status()
            ended = time.monotonic()
            looks.append(ended - began)
            time.sleep(max(5.0, ended - began))
            rested = time.monotonic()
            _comment(data / "faq", number)
            time.sleep(TAKEN_UP)
            reading += traffic.between(began, ended)
            quiet += traffic.between(ended + 1, rested)
            taking_up += traffic.between(rested, time.monotonic())
        print(report("quiet", quiet))
        for name, turns in (
            ("the examples are read and checked", reading),
            ("the knowledge base is taken up", taking_up),
        ):
            print(f"{report(name, turns)}, p95 {p95(turns) / p95(quiet):.2f} of the quiet one")
        print(
            f"{len(looks)} looks, first {looks[0]:.1f} s, median {statistics.median(looks):.1f} s"
        )


def _comment(folder: Path, number: int) -> None:
    for file in sorted(folder.glob("*.yml")):
        with file.open("a", encoding="utf-8") as stream:
            stream.write(f"# look {number}\n")


if __name__ == "__main__":
    main()
