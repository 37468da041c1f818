"""A long sequence in blocks, with what each step needs of its neighbours, in bounded memory.

Every result depends on the sequence alone, not on where its blocks begin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor


def clip_starts(steps: Tensor, length: int, total: int) -> Tensor:
    """First step of the clip of ``length`` steps around each step, inside the sequence.

    A step is in the middle of its clip, except near the ends of the sequence, where the clip is the
    first or the last one. A sequence of one clip's length has this clip alone.
    """
    return (steps - length // 2).clamp(0, max(total - length, 0))


def moving_means(blocks: Iterable[Tensor], length: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Each step beside the mean of the clip around it.

    Args:
        blocks (Iterable[Tensor]): Consecutive steps (B, ...), float.
        length (int): Steps of a clip; a shorter sequence has the mean of all its steps.

    Yields:
        tuple[Tensor, Tensor]: Steps (B', ...) and means (B', ...), all steps once, in order.
    """
    kept: Tensor | None = None  # kept[0] is step `first`
    first, done, total = 0, 0, 0
    for block in _and_none(blocks):
        if block is not None:
            kept = block if kept is None else torch.cat([kept, block])
            total += len(block)
        if kept is None:
            return
        # Until the end is known, only steps whose whole clip is there.
        known = total - length + length // 2 + 1 if total >= length else done
        upto = total if block is None else known
        if upto <= done:
            continue
        size = min(length, total)
        starts = clip_starts(torch.arange(done, upto, device=kept.device), length, total) - first
        sums = torch.cat([torch.zeros_like(kept[:1]), kept.cumsum(dim=0)])
        yield kept[done - first : upto - first], (sums[starts + size] - sums[starts]) / size
        done = upto
        # The clip of the next step may be the last one, which begins up to `length` before the end.
        keep = max(first, min(done - length // 2, total - length))
        kept, first = kept[keep - first :], keep


def with_context(
    blocks: Iterable[Tensor], size: int, context: int
) -> Iterator[tuple[Tensor, slice]]:
    """Blocks of ``size`` steps with their neighbours on either side, as far as there are any.

    Args:
        blocks (Iterable[Tensor]): Consecutive steps (B, ...).
        size (int): Steps of a block; the last one may have fewer.
        context (int): Neighbours on either side.

    Yields:
        tuple[Tensor, slice]: Steps (up to size + 2 context, ...), and which of them the block is.
    """
    kept: Tensor | None = None
    first, done, total = 0, 0, 0
    for block in _and_none(blocks):
        if block is not None:
            kept = block if kept is None else torch.cat([kept, block])
            total += len(block)
        if kept is None:
            return
        while done < total and (block is None or done + size + context <= total):
            end = min(done + size, total)
            begin = max(done - context, 0)
            yield kept[begin - first : end + context - first], slice(done - begin, end - begin)
            done = end
            keep = max(done - context, 0)
            kept, first = kept[keep - first :], keep


def _and_none(blocks: Iterable[Tensor]) -> Iterator[Tensor | None]:
    yield from blocks
    yield None
