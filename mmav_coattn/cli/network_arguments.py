"""Arguments that every subcommand on one's own videos has: which network, where, on which files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


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
        '--network',
        metavar='NAME|FILE',
        default='events',
        help='events (anything that moves when it sounds), faces (talking people), or a checkpoint '
        'of your own; default: events',
    )
    parser.add_argument(
        '--config',
        help="config of your own checkpoint; default: the one in the checkpoint's folder",
    )
    parser.add_argument('--device', default='cpu', help='cpu or cuda; default: cpu')


def find_network(args: argparse.Namespace) -> tuple[Path, Path]:
    """Config and checkpoint of the network that is meant.

    Raises:
        CheckpointNotFoundError: If there is no such network or file.
        ConfigError: If a checkpoint's config is not known.
    """
    from mmav_coattn.errors import CheckpointNotFoundError
    from mmav_coattn.weights import NAMES, shipped_network

    if args.network in NAMES:
        return shipped_network(args.network)
    checkpoint = Path(args.network)
    if not checkpoint.is_file():
        raise CheckpointNotFoundError(
            f'{checkpoint}: there is no such checkpoint file; --network takes '
            f'{", ".join(NAMES)} or a checkpoint of your own.'
        )
    return find_config(args.config, checkpoint), checkpoint


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

    config, checkpoint = find_network(args)
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
