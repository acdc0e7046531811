"""Do customers notice that a trainer opens the studio? Turns while the training data are read and checked, and without.

``python -m benchmarks.studio_reading`` starts the product, lets customers talk over the REST channel, and then has a trainer
look at the findings again and again, each time after every file of the data was given one more comment, so that everything
is read and checked anew. Printed: the time of customers' turns without that and with it, as a ratio, and how long a
look takes.
"""

import argparse
import statistics
import time

from benchmarks.swaps import Studio, Traffic, report
from tests.servers.product import Product, unlimited_codes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--customers", type=int, default=2)
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between two messages")
    parser.add_argument("--seconds", type=float, default=40.0, help="of each part")
    options = parser.parse_args()
    with (
        Product(**unlimited_codes()) as product,
        Traffic(product.address, options.customers, options.pause) as traffic,
    ):
        studio = Studio(product)
        time.sleep(5)
        began = time.monotonic()
        time.sleep(options.seconds)
        quiet = traffic.between(began, time.monotonic())
        print(report("quiet", quiet), flush=True)
        looks = []
        began = time.monotonic()
        while time.monotonic() - began < options.seconds:
            for file in sorted((product.var / "data-repository").rglob("*.yml")):
                with file.open("a", encoding="utf-8") as stream:
                    stream.write(f"# look {len(looks)}\n")
            asked = time.monotonic()
            studio.http.get("/studio/data/findings", timeout=120).raise_for_status()
            looks.append(time.monotonic() - asked)
        reading = traffic.between(began, time.monotonic())
        print(report("the data are read and checked", reading))
        print(
            f"{len(looks)} looks, first {looks[0]:.1f} s, median {statistics.median(looks):.1f} s"
        )
        for name, place in (("p50", 0.5), ("p95", 0.95)):
            one, other = (
                sorted(turn.seconds for turn in turns)[int(len(turns) * place)]
                for turns in (quiet, reading)
            )
            print(f"{name}: {other / one:.2f} times the quiet one")


if __name__ == "__main__":
    main()
