"""Puts customers to a system and takes the figures."""

import re
import threading
import time
from collections.abc import Iterator, Sequence

from benchmarks.flows.dialogues import FLOWS, IDENTITY, Flow, Step, phones, visit
from benchmarks.flows.figures import FlowFigures, LoadFigures, SystemFigures, TurnFigures
from benchmarks.flows.processes import cpu_seconds, resident_megabytes
from benchmarks.flows.systems import Customer, System


def measure(
    system: System, *, repeats: int, levels: Sequence[int], seconds: float
) -> SystemFigures:
    """Each flow alone, ``repeats`` times, then each level of customers for ``seconds``."""
    _warm_up(system)
    flows = [_flow(system, flow, repeats) for flow in (IDENTITY, *FLOWS)]
    loads = [_load(system, customers, seconds) for customers in levels]
    return SystemFigures(
        name=system.name,
        flows=flows,
        loads=loads,
        memory={name: resident_megabytes(one) for name, one in system.processes.items()},
        ready_seconds=system.ready_seconds,
    )


def _cpu(system: System) -> dict[str, float]:
    return {name: cpu_seconds(process) for name, process in system.processes.items()}


def _spent(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {name: after[name] - before[name] for name in after}


def _warm_up(system: System) -> None:
    customer = Customer(system, phones()[0])
    for step in (*IDENTITY.steps, *visit()):
        customer.say(customer.prepare(step))
    customer.line.close()


def _flow(system: System, flow: Flow, repeats: int) -> FlowFigures:
    customer = Customer(system, phones()[0])
    turns = []
    for _ in range(repeats):
        customer.new_conversation()
        if flow.verified:
            for step in IDENTITY.steps:
                customer.say(customer.prepare(step))
        turns += [_turn(system, customer, step) for step in flow.steps]
    customer.line.close()
    return FlowFigures(flow.name, turns)


def _turn(system: System, customer: Customer, step: Step) -> TurnFigures:
    body = customer.prepare(step)
    before, started = _cpu(system), time.perf_counter()
    answer = customer.say(body)
    wall = (time.perf_counter() - started) * 1000
    spent = _spent(before, _cpu(system))
    cpu = {name: value * 1000 for name, value in spent.items()}
    return TurnFigures(wall, cpu, re.search(step.expects, answer) is not None)


class _Visitor:
    """A customer of a load level; visits follow one another until ``stop`` is set."""

    def __init__(self, system: System, phone: str, start: int) -> None:
        self.customer = Customer(system, phone)
        self.ended: list[tuple[float, float]] = []
        self.failed: list[float] = []
        self._start = start

    def arrive(self) -> None:
        """Say who this is, before the clock runs: at first everybody is in another flow."""
        for step in IDENTITY.steps:
            self.customer.say(self.customer.prepare(step))

    def run(self, stop: threading.Event) -> None:
        """Talk until ``stop``."""
        steps = self._steps()
        while not stop.is_set():
            try:
                body = self.customer.prepare(next(steps))
                started = time.perf_counter()
                self.customer.say(body)
            except (RuntimeError, LookupError):
                self.failed.append(time.perf_counter())
                self.customer.new_conversation()
                steps = self._steps(again=True)
                continue
            now = time.perf_counter()
            self.ended.append((now, (now - started) * 1000))
        self.customer.line.close()

    def _steps(self, again: bool = False) -> Iterator[Step]:
        if not again:
            yield from visit(self._start)
        while True:
            self.customer.new_conversation()
            yield from IDENTITY.steps
            yield from visit()


def _load(system: System, customers: int, seconds: float) -> LoadFigures:
    known = phones()
    visitors = [
        _Visitor(system, known[number % len(known)], number % len(FLOWS))
        for number in range(customers)
    ]
    _together([threading.Thread(target=one.arrive) for one in visitors])
    stop = threading.Event()
    threads = [threading.Thread(target=one.run, args=(stop,)) for one in visitors]
    before, began = _cpu(system), time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    after, over = _cpu(system), time.perf_counter()
    stop.set()
    for thread in threads:
        thread.join()
    walls = [wall for one in visitors for ended, wall in one.ended if ended <= over]
    failed = sum(moment <= over for one in visitors for moment in one.failed)
    return LoadFigures(customers, over - began, walls, _spent(before, after), failed)


def _together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
