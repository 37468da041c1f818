"""Arguments that every subcommand on one's own videos has: which network, where, on which files."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

#: Written by ``make demo``; names the newest checkpoint.
DEMO_CHECKPOINT = Path('work_dirs/demo/last_checkpoint')
VARIABLE = 'MMAV_CHECKPOINT'


def add_network_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the inputs, and what the inferencer is built from."""
    parser.add_argument(
        'inputs',
        nargs='+',
        metavar='INPUT',
        help='videos, folders (searched at any depth), or quoted patterns such as "clips/*.mp4"',
    )
    add_checkpoint_arguments(parser)
    parser.add_argument('--quiet', action='store_true', help='no progress bars')


def add_checkpoint_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which network is meant and where it runs."""
    parser.add_argument(
        '--checkpoint',
        help=f'trained network; default: the environment variable {VARIABLE}, else the one that '
        '`make demo` trained',
    )
    parser.add_argument(
        '--config', help="its config; default: the config in the checkpoint's folder"
    )
    parser.add_argument('--device', default='cpu', help='cpu or cuda; default: cpu')


def find_checkpoint(given: str | None) -> Path:
    """The checkpoint that is meant.

    Raises:
        CheckpointNotFoundError: If none is named and ``make demo`` has not been run here.
    """
    from mmav_coattn.errors import CheckpointNotFoundError

    named = given or os.environ.get(VARIABLE)
    if named is None and DEMO_CHECKPOINT.is_file():
        named = DEMO_CHECKPOINT.read_text(encoding='utf-8').strip()
    if named is None:
        raise CheckpointNotFoundError(
            f'No network was named: give --checkpoint FILE, set {VARIABLE}, or run `make demo`, '
            f'which trains one ({DEMO_CHECKPOINT} does not exist in this folder).'
        )
    if not Path(named).is_file():
        raise CheckpointNotFoundError(f'{named}: there is no such checkpoint file.')
    return Path(named)


def find_config(given: str | None, checkpoint: Path) -> Path:
    """The config that is meant: the one named, or that which training left beside the checkpoint.

    The text of the config inside a checkpoint is not used: reading it would run it as code.

    Raises:
        ConfigError: If none is named, and not exactly one lies beside the checkpoint.
    """
    from mmav_coattn.errors import ConfigError

    if given is not None:
        return Path(given)
    found = sorted(checkpoint.absolute().parent.glob('*.py'))
    if len(found) != 1:
        names = ', '.join(file.name for file in found) or 'none'
        raise ConfigError(
            f'{checkpoint}: its folder must hold its config, one .py file ({names} there); '
            'give --config FILE.'
        )
    return found[0]


def build_inferencer(args: argparse.Namespace, **kwargs):
    """The :class:`AudioVisualInferencer` that the arguments ask for; ``kwargs`` go to it."""
    from mmengine.logging import MMLogger

    from mmav_coattn.apis import AudioVisualInferencer

    checkpoint = find_checkpoint(args.checkpoint)
    config = find_config(args.config, checkpoint)
    MMLogger.get_current_instance().setLevel('WARNING')
    return AudioVisualInferencer(
        str(config),
        checkpoint,
        device=args.device,
        # Commands that take no videos lack this argument.
        progress=not getattr(args, 'quiet', True),
        **kwargs,
    )


def finish(batch) -> int:
    """Say what became of several files; the exit code is 1 if one failed, else 0."""
    if len(batch.results) + len(batch.failures) > 1:
        print(batch.summary(), file=sys.stderr if batch.failures else sys.stdout)
    return 1 if batch.failures else 0
