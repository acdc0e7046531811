"""``python -m tools.wechat_sim``: the simulator alone, for a product that runs elsewhere or is started by hand.

Prints the settings with which the product knows the simulated accounts. ``make wechat-sim`` starts both.
"""

from __future__ import annotations

import argparse
import os

import uvicorn

from tools.failure import run_main
from tools.wechat_sim.accounts import (
    KINDS,
    LOOPBACK,
    MODES,
    VARIABLE,
    callback,
    made_up,
    read,
    settings,
)
from tools.wechat_sim.app import simulator


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.wechat_sim", description=__doc__)
    parser.add_argument("--port", type=int, default=8090, help="the simulator's port (8090)")
    parser.add_argument(
        "--product",
        default="http://127.0.0.1:8080",
        help="address of the product's public port (http://127.0.0.1:8080)",
    )
    parser.add_argument(
        "--mode", choices=MODES, default="safe", help="how deliveries are encrypted (safe)"
    )
    options = parser.parse_args()
    given = os.environ.get(VARIABLE)
    if given:
        accounts = read(given)
    else:
        accounts = [made_up(kind, callback(options.product, kind), options.mode) for kind in KINDS]
        for name, value in settings(accounts, f"http://{LOOPBACK}:{options.port}").items():
            print(f"{name}={value}")
    print(f"the phone: http://{LOOPBACK}:{options.port}/phone/", flush=True)
    uvicorn.run(simulator(accounts), host=LOOPBACK, port=options.port, log_level="warning")
    return 0


if __name__ == "__main__":
    run_main(main)
