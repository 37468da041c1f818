"""What an evaluation says about the files that it had to leave out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def count_reasons(left_out: Sequence[dict]) -> str:
    """``'silent: 3, missing: 1'`` of results with a ``reason``."""
    counts = Counter(result['reason'] for result in left_out)
    return ', '.join(f'{reason}: {count}' for reason, count in counts.most_common()) or 'no file'


def describe_left_out(left_out: Sequence[dict], total: int, num_listed: int = 10) -> str:
    """How many files were left out and why, and the first of them by name.

    Args:
        left_out (Sequence[dict]): With ``name``, ``reason`` and ``sentence``.
        total (int): Files of the evaluation.
        num_listed (int): Files to name.
    """
    lines = [f'  {each["name"]}: {each["sentence"]}' for each in left_out[:num_listed]]
    if len(left_out) > num_listed:
        lines.append(f'  ... and {len(left_out) - num_listed} more')
    return (
        f'{len(left_out)} of {total} files were left out of the evaluation '
        f'({count_reasons(left_out)}):\n' + '\n'.join(lines)
    )
