"""Make everything that has to be installed or built before something can run.

``python3 -m tools.bootstrap`` makes what the product needs to run; ``--for`` chooses less or more.
"""

from __future__ import annotations

import argparse

from tools import environments
from tools.browser import ensure_browser
from tools.failure import run_main
from tools.layout import Layout
from tools.speech import ensure_speech
from tools.web import ensure_web


def prepare(layout: Layout, *, testing: bool) -> None:
    """Both environments and the web pages, each only if it changed. Raises `SetupFailure`."""
    environments.ensure(layout, environments.CARE, testing=testing)
    environments.ensure(layout, environments.BOT, testing=testing)
    ensure_web(layout)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.bootstrap", description=__doc__)
    parser.add_argument(
        "--for",
        dest="purpose",
        choices=("run", "checks", "bot-tests", "tests", "speech"),
        default="run",
        help="run: the product (default); checks: lint and the fast tests; bot-tests: the tests of"
        " bot/; tests: all of them; speech: the optional recogniser of voice messages",
    )
    purpose = parser.parse_args().purpose
    layout = Layout.from_environment()
    if purpose == "checks":
        environments.ensure(layout, environments.CARE, testing=True)
    elif purpose == "bot-tests":
        environments.ensure(layout, environments.BOT, testing=True)
    elif purpose == "speech":
        ensure_speech(layout)
    else:
        prepare(layout, testing=purpose == "tests")
    if purpose == "tests":
        ensure_browser(layout)
    return 0


if __name__ == "__main__":
    run_main(main)
