"""An offset against the limits of broadcasting.

EBU R37 (2007) limits the audio of a whole broadcast chain to 40 ms early and 60 ms late. ITU-R
BT.1359-1 (1998) gives the offsets that viewers detect, 45 ms early and 125 ms late, and those that
they still accept, 90 ms early and 185 ms late. Both call audio that is early positive: there the
limits read +40/-60, +45/-125 and +90/-185 ms. Here audio that is late is positive.
"""

from typing import NamedTuple

#: Verdict within each limit, and the limits, s: early, late.
LIMITS = (
    ('within EBU R37', 0.040, 0.060),
    ('not detectable (ITU-R BT.1359)', 0.045, 0.125),
    ('detectable, acceptable (ITU-R BT.1359)', 0.090, 0.185),
)
BEYOND = 'not acceptable (ITU-R BT.1359)'


class Verdict(NamedTuple):
    """What an offset means to viewers."""

    #: The strictest limit that is kept; "probably" before it where the offset is nearer to the
    #: edge than half a step of the network.
    words: str
    sentence: str  #: The same with the limit in both signs, and how well the offset is known.


def judge(offset: float, step: float) -> Verdict:
    """Compare an offset, s, above 0 where the audio is late, with the limits.

    It is taken to be known to half of the network's ``step``, s.

    >>> judge(-0.07, 0.04).words, judge(0.24, 0.04).words
    ('detectable, acceptable (ITU-R BT.1359)', 'not acceptable (ITU-R BT.1359)')
    """
    level = _level(offset)
    words = LIMITS[level][0] if level < len(LIMITS) else BEYOND
    certain = _level(offset - step / 2) == level == _level(offset + step / 2)
    words = words if certain else f'probably {words}'
    early, late = (f'{1e3 * x:.0f}' for x in LIMITS[min(level, len(LIMITS) - 1)][1:])
    side = 'within' if level < len(LIMITS) else 'beyond'
    sentence = (
        f'{words}: {1e3 * offset:+.0f} ms is {side} -{early} to +{late} ms, late above 0; in the '
        f'sign of these standards, early above 0, {-1e3 * offset:+.0f} ms is {side} '
        f'+{early}/-{late} ms'
    )
    if not certain:
        sentence += (
            f'; another limit is nearer than the {500 * step:.0f} ms, half a step of the network, '
            'to which the offset is known'
        )
    return Verdict(words, sentence)


def _level(offset: float) -> int:
    """How many of the limits an offset exceeds; rounded, as 0.05 + 0.01 is more than 0.06."""
    return sum(not -early <= round(offset, 6) <= late for _, early, late in LIMITS)
