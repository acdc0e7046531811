"""Rasa's own check of domain, rules and examples, which `tools.model` leaves out when it trains."""

import subprocess
import sys

from tools.layout import ROOT


def test_rasa_finds_the_data_valid() -> None:
    command = [sys.executable, "-W", "ignore", "-m", "rasa", "data", "validate"]
    where = ["--config", "config.yml", "--domain", "domain.yml"]
    where += ["--data", "data/nlu", "data/rules", "data/stories"]
    done = subprocess.run(
        [*command, *where], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
