"""A long sequence in blocks, with what each step needs of its neighbours, in bounded memory.

Every result depends on the sequence alone, not on where its blocks begin.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

import torch
from torch import Tensor


def clip_starts(steps: Tensor, length: int, total: int) -> Tensor:
    """First step of the clip of ``length`` steps around each step, inside the sequence.

    A step is in the middle of its clip, except near the ends of the sequence, where the clip is the
    first or the last one. A sequence of one clip's length has this clip alone.
    """
    return (steps - length // 2).clamp(0, max(total - length, 0))


class _Steps:
    """The steps of a sequence that came last and are still needed, from ``first`` to ``total``."""

    def __init__(self) -> None:
        self.first = self.total = 0
        self.tensor = torch.zeros(0)

    def add(self, block: Tensor) -> None:
        self.tensor = torch.cat([self.tensor, block]) if self.total else block
        self.total += len(block)

    def drop_before(self, step: int) -> None:
        self.tensor, self.first = self.tensor[step - self.first :], step

    def __getitem__(self, steps: slice) -> Tensor:
        return self.tensor[steps.start - self.first : steps.stop - self.first]


def moving_means(blocks: Iterable[Tensor], length: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Each step beside the mean of the clip around it.

    Of consecutive steps (B, ...), float; ``length`` is that of a clip, and a shorter sequence has
    the mean of all of its steps. Yields steps (B', ...) and means (B', ...), each step once.
    """
    kept, done = _Steps(), 0
    for block in chain(blocks, [None]):
        if block is not None:
            kept.add(block)
        total = kept.total
        # Until the end is known, only steps whose whole clip is there.
        known = total - length + length // 2 + 1 if total >= length else done
        upto = total if block is None else known
        if upto <= done:
            continue
        size = min(length, total)
        steps = torch.arange(done, upto, device=kept.tensor.device)
        starts = clip_starts(steps, length, total) - kept.first
        sums = kept.tensor.new_zeros((len(kept.tensor) + 1, *kept.tensor.shape[1:]))
        torch.cumsum(kept.tensor, dim=0, out=sums[1:])
        # Views, half the time of indices; only near the ends do steps share a clip.
        first, last = int(starts[0]), int(starts[-1])
        means = (sums[first + size : last + size + 1] - sums[first : last + 1]) / size
        yield kept[done:upto], means if len(means) == upto - done else means[starts - first]
        done = upto
        # The clip of the next step may be the last one, which begins up to `length` before the end.
        kept.drop_before(max(kept.first, min(done - length // 2, total - length)))


def with_context(
    blocks: Iterable[Tensor], size: int, context: int
) -> Iterator[tuple[Tensor, slice]]:
    """Blocks of ``size`` steps with their neighbours on either side, as far as there are any.

    Of steps (B, ...). Yields steps (up to size + 2 context, ...), and which of them the block is.
    """
    kept, done = _Steps(), 0
    for block in chain(blocks, [None]):
        if block is not None:
            kept.add(block)
        while done < kept.total and (block is None or done + size + context <= kept.total):
            end, begin = min(done + size, kept.total), max(done - context, 0)
            yield kept[begin : end + context], slice(done - begin, end - begin)
            done = end
            kept.drop_before(max(done - context, 0))
