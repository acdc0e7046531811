"""How long a training of our own model takes, from command to archive."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.layout import Layout


def train_seconds(layout: Layout) -> float:
    """Train the present data aside, with nothing out of an earlier training. Raises ``RuntimeError``."""
    with tempfile.TemporaryDirectory(prefix="xiaoxun-train-") as aside:
        environ = {
            **os.environ,
            "CARE_VAR_DIR": aside,
            "CARE_MODELS_DIR": str(Path(aside) / "models"),
        }
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "tools.model", "train"],
            cwd=layout.root,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"the training failed: {done.stderr[-500:] or done.stdout[-500:]}")
        return time.monotonic() - started
