"""A share of many files for each of several processes, such as the tasks of a SLURM array."""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from mmav_coattn.errors import ConfigError

Item = TypeVar('Item')


def parse_part(text: str) -> tuple[int, int]:
    """Read ``i/n``, the i-th of n parts, as (i, n); the type of an argument.

    Raises:
        argparse.ArgumentTypeError: If it is not of this form, or i is not from 1 to n.
    """
    found = re.fullmatch(r'([0-9]+)/([0-9]+)', text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise argparse.ArgumentTypeError(
            f'{text!r} is not i/n, the number of a part from 1 and how many there are, such as 2/8'
        )
    return int(found[1]), int(found[2])


def add_part_arguments(parser: argparse.ArgumentParser, what: str) -> None:
    """Add ``--part I/N`` or ``--merge N``; ``what`` is what each part leaves behind."""
    share = parser.add_mutually_exclusive_group()
    share.add_argument(
        '--part', type=parse_part, metavar='I/N', help='only every N-th file, from the I-th on'
    )
    share.add_argument('--merge', type=int, metavar='N', help=f'join the {what} of N parts')


def take_part(files: Sequence[Item], part: tuple[int, int] | None) -> list[Item]:
    """Every n-th file from the i-th on; all of them if ``part`` is None."""
    number, count = part or (1, 1)
    return list(files[number - 1 :: count])


def part_name(part: tuple[int, int]) -> str:
    """What the results of part i of n are named by: ``part_i_of_n``."""
    return f'part_{part[0]}_of_{part[1]}'


def require_parts(result_of: Callable[[str], Path], count: int) -> list[Path]:
    """The files, by :func:`part_name`, that each of ``count`` parts writes when it has ended.

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
