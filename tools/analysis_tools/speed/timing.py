"""Timing by turns, so that what else the machine does hits every candidate alike."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Timings:
    """Seconds of every round, by candidate."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """Median seconds of a candidate."""
        return median(self.seconds[name])

    def speed_up(self, name: str, over: str) -> float:
        """How many times faster ``name`` is than ``over``: median over rounds of the ratio.

        The two members of each ratio were timed one after the other, so a slow phase of the machine
        that spans a whole round cancels.
        """
        pairs = zip(self.seconds[name], self.seconds[over], strict=True)
        return median(slow / fast for fast, slow in pairs)

    def share(self, part: str, whole: str) -> float:
        """Time of ``part`` over that of ``whole``: median over rounds of the ratio."""
        return 1 / self.speed_up(part, whole)


def time_by_turns(
    candidates: Mapping[str, Callable[[], object]],
    rounds: int,
    warm_up: int = 1,
    synchronize: Callable[[], None] = lambda: None,
) -> Timings:
    """Time each candidate once a round, in an order that turns with the rounds.

    Rounds of ``warm_up`` come before and do not count. ``synchronize`` waits for the device before
    the clock is read.
    """
    names = list(candidates)
    timings = Timings({name: [] for name in names})
    for number in range(warm_up + rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            synchronize()
            start = time.perf_counter()
            candidates[name]()
            synchronize()
            if number >= warm_up:
                timings.seconds[name].append(time.perf_counter() - start)
    return timings


@dataclass
class Row:
    """One line of a result table.

    Attributes:
        what (str): What was measured.
        value (float): The figure.
        unit (str): Its unit, such as ``samples/s``; ``x`` for a ratio.
        wanted (str): The bar, such as ``>= 0.9``, or an empty string.
    """

    what: str
    value: float
    unit: str
    wanted: str = ''

    @property
    def reached(self) -> bool | None:
        """Whether the value reaches the bar; None where there is none."""
        if not self.wanted:
            return None
        sign, bar = self.wanted.split()
        return self.value >= float(bar) if sign == '>=' else self.value <= float(bar)


def format_table(rows: list[Row]) -> str:
    """The rows as a table in Markdown."""
    lines = ['| what | figure | unit | bar | |', '|---|---|---|---|---|']
    verdict = {None: '', True: 'reached', False: 'missed'}
    for row in rows:
        value = f'{row.value:.3g}' if abs(row.value) < 1000 else f'{row.value:.0f}'
        lines.append(
            f'| {row.what} | {value} | {row.unit} | {row.wanted} | {verdict[row.reached]} |'
        )
    return '\n'.join(lines)
