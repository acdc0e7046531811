"""``make wechat-sim``: the product and the simulated WeChat side by side, each knowing the other.

The accounts are made up anew at each start. Settings are those of ``make run`` and:

WECHAT_SIM_PORT    the simulator's port on loopback (8090)
WECHAT_SIM_MODE    how deliveries are encrypted: plain, compatible or safe (safe)
"""

from __future__ import annotations

import os
import sys

from tools import environments, ports, run
from tools.failure import SetupFailure, run_main
from tools.layout import Layout
from tools.ports import Port
from tools.supervisor import Child
from tools.wechat_sim.accounts import (
    KINDS,
    LOOPBACK,
    MODES,
    VARIABLE,
    callback,
    made_up,
    settings,
    written,
)


def beside(layout: Layout, product: run.RunSettings) -> run.Beside:
    """The simulator, and the product's settings for it. Raises `SetupFailure`."""
    number = os.environ.get("WECHAT_SIM_PORT") or "8090"
    if not number.isdigit() or not 1 <= int(number) <= 65535:
        raise SetupFailure(f"WECHAT_SIM_PORT is {number!r}; it must be a number from 1 to 65535.")
    mode = os.environ.get("WECHAT_SIM_MODE") or "safe"
    if mode not in MODES:
        raise SetupFailure(f"WECHAT_SIM_MODE is {mode!r}; it can be {', '.join(MODES)}.")
    address = ports.address(product.host, product.port)
    accounts = [made_up(kind, callback(address, kind), mode) for kind in KINDS]
    base = f"http://{LOOPBACK}:{number}"
    child = Child(
        "wechat-sim",
        [str(layout.python("care")), "-m", "tools.wechat_sim", "--port", number],
        {**os.environ, VARIABLE: written(accounts)},
        layout.root,
        layout.log / "wechat-sim.log",
    )
    return run.Beside(
        child,
        Port(LOOPBACK, int(number), "WECHAT_SIM_PORT"),
        settings(accounts, base),
        f"WeChat  {base}/phone/",
    )


def main() -> int:
    """The command line; takes no arguments."""
    layout = Layout.from_environment()
    environments.ensure(layout, environments.CARE, testing=True)  # the simulator's cipher is there
    return run.main([beside(layout, run.RunSettings.from_environment(os.environ))])


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr] # a terminal without Chinese
    run_main(main)
