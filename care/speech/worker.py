"""The recogniser itself: ``python -I worker.py MODEL PARENT MEGABYTES THREADS``, in the environment ``.venv/speech``.

Recordings come on standard input, each behind its length (4 bytes, big-endian); a line of JSON goes out for each:
``{"text": …}``, or ``{"error": …}`` for one that cannot be decoded. The first line says ``{"ready": true}``. It imports
nothing of ours and is told no secret: what it decodes comes from strangers.
"""

import ctypes
import io
import json
import os
import re
import resource
import signal
import struct
import sys
from typing import Any

RATE = 16_000
FRAMES_A_SECOND = 50
MOST_SECONDS = 62

PROMPT = "话费、流量、套餐、宽带、网速、上网、账单、欠费、充值、人工客服。以下是普通话的句子。"
"""Leads to simplified characters and the words of the trade."""

SILENT_SECOND = b"#!AMR\n" + (b"\x3c" + bytes(31)) * FRAMES_A_SECOND

_FOREIGN = re.compile("[\u0370-\u1fff\u3040-\u312f\ua960-\ud7ff]")
"""Letters that are neither Chinese nor Latin: what was taken for another language is Chinese that was hard to hear."""

_PDEATHSIG, _NO_NEW_PRIVILEGES = 1, 38  # linux/prctl.h


def confine(parent: int, megabytes: int) -> None:
    """Bounded memory, nothing written, no life after ``parent``."""
    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_AS, megabytes * 1024 * 1024),
    )
    for limit, most in limits:
        resource.setrlimit(limit, (most, most))
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel was asked
        sys.exit(1)


def shut_the_doors() -> None:
    """From now on nothing can be opened: no file, no socket. All that is needed is loaded."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def decoded(content: bytes) -> Any:
    """The samples of an AMR file, 16 kHz, one channel, from -1 to 1. No other format is opened.

    The decoder knows no pauses that were sent as such (DTX): frames that it refuses are silence. Raises ``ValueError``
    where it refuses all.
    """
    import av
    import numpy as np

    parts = []
    with av.open(io.BytesIO(content), format="amr") as file:
        rate = file.streams.audio[0].codec_context.sample_rate
        silence = np.zeros(rate // FRAMES_A_SECOND, np.float32)
        sound = 0
        for packet in file.demux(audio=0):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                parts.append(silence)
                continue
            sound += len(frames)
            parts += [frame.to_ndarray().reshape(-1) for frame in frames]
            if len(parts) > MOST_SECONDS * FRAMES_A_SECOND:
                raise ValueError("too long")
    if not sound:
        raise ValueError("no sound")
    samples = np.concatenate(parts)
    if rate == RATE:
        return samples
    whole = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
    whole.sample_rate = rate
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    made = [*resampler.resample(whole), *resampler.resample(None)]
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in made])


def heard(model: Any, audio: Any) -> str:
    """What is said, in Chinese or English; nothing where nobody speaks, which the model would fill with inventions."""
    import numpy as np
    from faster_whisper.vad import collect_chunks, get_speech_timestamps

    spoken = get_speech_timestamps(audio)
    if not spoken:
        return ""
    audio = np.concatenate(collect_chunks(audio, spoken)[0])
    words = _transcribed(model, audio, multilingual=True)
    return words if _FOREIGN.search(words) is None else _transcribed(model, audio)


def _transcribed(model: Any, audio: Any, *, multilingual: bool = False) -> str:
    """In Chinese, or in whatever language it is taken for."""
    segments, _ = model.transcribe(
        audio,
        language="zh",
        multilingual=multilingual,
        initial_prompt=PROMPT,
        beam_size=5,
        temperature=0.0,
        condition_on_previous_text=False,
        without_timestamps=True,
    )
    return "".join(segment.text for segment in segments).strip()


def main() -> None:
    """Serve until standard input ends."""
    folder, parent, megabytes, threads = sys.argv[1], *map(int, sys.argv[2:5])
    confine(parent, megabytes)
    # Whatever a library prints must not stand between our lines.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(**answer: Any) -> None:
        out.write(json.dumps(answer, ensure_ascii=False) + "\n")
        out.flush()

    from faster_whisper import WhisperModel

    model = WhisperModel(
        folder, device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
    )
    # Whatever is loaded at the first use is loaded now.
    heard(model, decoded(SILENT_SECOND))
    _transcribed(model, decoded(SILENT_SECOND), multilingual=True)
    shut_the_doors()
    say(ready=True)
    source = sys.stdin.buffer
    while len(head := source.read(4)) == 4:
        content = source.read(struct.unpack(">I", head)[0])
        try:
            audio = decoded(content)
        except Exception as error:
            say(error=type(error).__name__)
            continue
        say(text=heard(model, audio))


if __name__ == "__main__":
    main()
