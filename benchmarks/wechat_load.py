"""``python -m benchmarks.wechat_load``: many customers of an Official Account at once, through the whole product.

The product runs as ``make run`` starts it; the platform is the simulator in safe mode; some messages arrive more than once.
First a steady pace, then a burst that must drain. Printed: how soon the product acknowledged what was delivered, how soon
customers saw an answer, and whether each message was answered once. All of it shares
the machine.
"""

import argparse
import asyncio
import os
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import uvicorn

from benchmarks.flows.processes import child_with, cpu_seconds, resident_megabytes
from benchmarks.flows.systems import NO_LIMITS
from benchmarks.wechat.crowd import Crowd, Question, percentile
from tests.servers.process import free_port
from tests.servers.product import Product
from tools.wechat_sim.accounts import OFFICIAL, callback, made_up, settings
from tools.wechat_sim.app import application
from tools.wechat_sim.platform import Platform

ACKNOWLEDGED = ("answered", "silent")
GOAL_P99 = 4.5
PATIENCE = 300.0
"""Seconds after the last message in which all must be answered."""


@dataclass(frozen=True)
class Pace:
    """A part of the run."""

    name: str
    rate: float
    seconds: float


def main() -> int:
    """The command line; 1 when a goal was not reached."""
    options = _options()
    paces = [
        Pace("steady", options.rate, options.minutes * 60),
        Pace("burst", options.burst, options.burst_minutes * 60),
    ]
    port = free_port()
    account = made_up(OFFICIAL)
    known = settings([account], f"http://127.0.0.1:{port}")
    with Product(**NO_LIMITS, **known) as product:
        account.callback = callback(product.address, OFFICIAL)
        processes = {"bot": child_with("tools.rasa_server"), "care": child_with("-m care serve")}
        report = asyncio.run(_run(Platform([account]), port, processes, paces, options))
        lines, failed = report
        lines += [*_stored(product.var / "care.db"), ""]
    print("\n".join(lines))
    return 1 if failed else 0


async def _run(
    platform: Platform,
    port: int,
    processes: dict[str, psutil.Process],
    paces: Sequence[Pace],
    options: argparse.Namespace,
) -> tuple[list[str], bool]:
    config = uvicorn.Config(
        application(platform), host="127.0.0.1", port=port, log_level="warning", access_log=False
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 # it has no event for that
        await asyncio.sleep(0.05)
    everybody = {**processes, "platform and customers": psutil.Process()}
    lines = [_machine(), ""]
    warm = Crowd(platform, 5, 0.0)
    await warm.write("warm-up", 2, 5)
    await warm.finish(30)
    crowd = Crowd(platform, options.customers, options.redelivered)
    for pace in paces:
        if pace.seconds <= 0:
            continue
        before = {name: cpu_seconds(one) for name, one in everybody.items()}
        print(f"· {pace.name}: {pace.rate:g} a second for {pace.seconds:g} s", file=sys.stderr)
        await crowd.write(pace.name, pace.rate, pace.seconds)
        spent = {
            name: (cpu_seconds(one) - before[name]) / pace.seconds
            for name, one in everybody.items()
        }
        busy = ", ".join(f"{name} {share:.2f}" for name, share in spent.items())
        lines.append(f"{pace.name}: CPUs busy: {busy}")
    drained = await crowd.finish(PATIENCE)
    lines.append(f"after the last message all was answered within {drained:.1f} s")
    memory = ", ".join(f"{name} {resident_megabytes(one):.0f}" for name, one in everybody.items())
    lines += [f"memory, MB: {memory}", f"messages sent late by this program: {crowd.late_starts}"]
    server.should_exit = True
    await serving
    lines += ["", *_table(crowd.questions, paces)]
    goals = list(_goals(crowd.questions))
    lines += ["", *(f"{'reached' if good else 'MISSED '}  {text}" for text, good in goals), ""]
    return lines, not all(good for _, good in goals)


def _table(questions: Sequence[Question], paces: Sequence[Pace]) -> Iterator[str]:
    yield "| | messages | p50 ack | p95 ack | p99 ack | max ack | p50 answer | p99 answer | passive |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name in (pace.name for pace in paces if pace.seconds > 0):
        mine = [one for one in questions if one.phase == name]
        acks = _acks(mine)
        waits = [one.answered - one.sent for one in mine if one.answered is not None]
        passive = sum(any(a.get("via") == "passive" for a in one.answers) for one in mine)
        figures = [*(percentile(acks, share) for share in (0.5, 0.95, 0.99)), max(acks, default=0)]
        figures += [percentile(waits, share) for share in (0.5, 0.99)]
        cells = " | ".join(f"{value:.2f} s" for value in figures)
        yield f"| {name} | {len(mine)} | {cells} | {passive / max(1, len(mine)):.0%} |"
    results = Counter(one.result for question in questions for one in question.attempts)
    yield ""
    yield f"attempts: {', '.join(f'{name} {count}' for name, count in results.most_common())}"


def _acks(questions: Sequence[Question]) -> list[float]:
    """Seconds to the end of each attempt whose line was not cut by us; one that was late took all of its time."""
    return [
        attempt.seconds
        for question in questions
        for attempt in question.attempts
        if attempt.result not in ("cut", "lost")
    ]


def _goals(questions: Sequence[Question]) -> Iterator[tuple[str, bool]]:
    unanswered = sum(one.answered is None for one in questions)
    twice = sum(one.repeated for one in questions)
    down = sum(one.unavailable for one in questions)
    uncertain = sum(one.uncertain for one in questions)
    p99 = percentile(_acks(questions), 0.99)
    again = sum(one.again for one in questions)
    yield f"every message is answered: {unanswered} of {len(questions)} are not", unanswered == 0
    yield f"and once, though {again} came again: {twice} were answered twice", twice == 0
    yield f"p99 of the acknowledgement under {GOAL_P99} s: {p99:.2f} s", p99 < GOAL_P99
    yield f"nobody is shown 暂时无法提供服务: {down} were", down == 0
    yield f"or told that the message may not have arrived: {uncertain} were", uncertain == 0


def _stored(database: Path) -> Iterator[str]:
    """What the product's own database says of it."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as rows:
        said = rows.execute("SELECT count(*) FROM messages WHERE role = 'customer'").fetchone()[0]
        turns = rows.execute("SELECT state, count(*) FROM turns GROUP BY state").fetchall()
    states = ", ".join(f"{state} {count}" for state, count in turns)
    yield f"in the product's database: {said} messages of customers; turns: {states}"


def _machine() -> str:
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    date = time.strftime("%Y-%m-%d")
    return f"{date}: {os.cpu_count()} CPUs shared by all; load before: {load:.1f} a CPU"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wechat_load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="the steady part (10)")
    parser.add_argument("--rate", type=float, default=15, help="its messages a second (15)")
    parser.add_argument("--burst-minutes", type=float, default=1, help="the burst (1)")
    parser.add_argument("--burst", type=float, default=50, help="its messages a second (50)")
    parser.add_argument("--customers", type=int, default=10_000, help="how many people (10000)")
    parser.add_argument(
        "--redelivered", type=float, default=0.05, help="share that arrives more than once (0.05)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
