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
    parser.add_argument("--looks", type=int, default=8)
    options = parser.parse_args()
    with (
        Product(**unlimited_codes()) as product,
        Traffic(product.address, options.customers, options.pause) as traffic,
    ):
        studio = Studio(product)
        time.sleep(5)
        quiet, reading, looks = [], [], []
        for number in range(options.looks):  # by turns, since what else the machine does changes
            for file in sorted((product.var / "data-repository").rglob("*.yml")):
                with file.open("a", encoding="utf-8") as stream:
                    stream.write(f"# look {number}\n")
            began = time.monotonic()
            studio.http.get("/studio/data/findings", timeout=120).raise_for_status()
            ended = time.monotonic()
            looks.append(ended - began)
            time.sleep(max(5.0, ended - began))
            reading += traffic.between(began, ended)
            quiet += traffic.between(ended + 1, time.monotonic())
        print(report("quiet", quiet))
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
