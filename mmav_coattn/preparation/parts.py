"""Results of several processes, each with its part of the files, and whether all are there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mmav_coattn.errors import ConfigError


def part_name(part: tuple[int, int]) -> str:
    """What the results of part i of n are named by: ``part_i_of_n``."""
    return f'part_{part[0]}_of_{part[1]}'


def require_parts(result_of: Callable[[str], Path], count: int) -> list[Path]:
    """The results of all parts, each a file that is written when its part has ended.

    Args:
        result_of (Callable): From :func:`part_name` to the file.
        count (int): Number of parts.

    Returns:
        list[Path]: Their files, in order.

    Raises:
        ConfigError: If there are fewer than one, or some are missing, with their numbers.
    """
    if count < 1:
        raise ConfigError(f'--merge {count}: the number of parts must be 1 or more.')
    files = {f'{i}/{count}': result_of(part_name((i, count))) for i in range(1, count + 1)}
    missing = [part for part, file in files.items() if not file.is_file()]
    if missing:
        raise ConfigError(
            f'{files[missing[0]].parent}: {len(missing)} of {count} parts have not ended: run '
            f'{", ".join(f"--part {part}" for part in missing)}, then merge again.'
        )
    return list(files.values())
