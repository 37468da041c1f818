"""Arguments that several subcommands have, and what they mean; nothing heavy is imported."""

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
        default='auto',
        help='events (anything that moves when it sounds), faces (talking people), auto (events, '
        'and offsets by faces where one is found and it is surer), or a checkpoint of your own; '
        'default: auto',
    )
    parser.add_argument(
        '--config',
        help="config of your own checkpoint; default: the one in the checkpoint's folder",
    )
    parser.add_argument('--device', default='cpu', help='cpu or cuda; default: cpu')


def find_network(args: argparse.Namespace) -> tuple[Path, Path]:
    """Config and checkpoint of the network that is meant.

    A checkpoint's config is the one named, or that which training left beside it. The text of the
    config inside a checkpoint is not used: reading it would run it as code.

    Raises:
        CheckpointNotFoundError: If there is no such network or file.
        ConfigError: If no config is named, and not exactly one lies beside the checkpoint.
    """
    from mmav_coattn.errors import CheckpointNotFoundError, ConfigError
    from mmav_coattn.weights import NAMES, shipped_network

    if args.network in ('auto', *NAMES):
        return shipped_network(NAMES[0] if args.network == 'auto' else args.network)
    checkpoint = Path(args.network)
    if not checkpoint.is_file():
        raise CheckpointNotFoundError(
            f'{checkpoint}: there is no such checkpoint file; --network takes '
            f'{", ".join(NAMES)}, auto or a checkpoint of your own.'
        )
    if args.config is not None:
        return Path(args.config), checkpoint
    found = sorted(checkpoint.absolute().parent.glob('*.py'))
    if len(found) != 1:
        names = ', '.join(file.name for file in found) or 'none'
        raise ConfigError(
            f'{checkpoint}: its folder must hold its config, one .py file ({names} there); '
            'give --config FILE.'
        )
    return found[0], checkpoint


def build_inferencer(args: argparse.Namespace, progress: bool = False):
    """The :class:`AudioVisualInferencer` that the arguments ask for."""
    from mmengine.logging import MMLogger

    from mmav_coattn.apis import AudioVisualInferencer, AutoInferencer

    config, checkpoint = find_network(args)
    MMLogger.get_current_instance().setLevel('WARNING')
    if args.network == 'auto':
        return AutoInferencer(args.device, progress)
    return AudioVisualInferencer(str(config), checkpoint, args.device, progress)


def finish(batch) -> int:
    """Say what became of several files; the exit code is 1 if one failed, else 0."""
    if len(batch.results) + len(batch.failures) > 1:
        print(batch.summary(), file=sys.stderr if batch.failures else sys.stdout)
    return 1 if batch.failures else 0


class _ConfigOptions(argparse.Action):
    """:class:`mmengine.config.DictAction`, imported where the option is given."""

    def __call__(self, parser, namespace, values, option_string=None) -> None:
        from mmengine.config import DictAction

        action = DictAction(self.option_strings, self.dest, nargs=self.nargs)
        action(parser, namespace, values, option_string)


def add_training_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those that ``train`` and ``test`` share with mmaction2's scripts."""
    parser.add_argument('--work-dir', help='folder for logs, metrics and checkpoints')
    parser.add_argument('--seed', type=int, help='random seed; wins over the config')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=_ConfigOptions,
        help='change settings, as key.subkey=value; data_root=FOLDER reaches every dataset',
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)


def merge_training_arguments(cfg, args: argparse.Namespace) -> None:
    """Put the shared choices into the config."""
    cfg.launcher = args.launcher
    if args.work_dir is not None:
        cfg.work_dir = args.work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = str(Path('work_dirs') / Path(args.config).stem)
    cfg.randomness = dict(seed=None) | dict(cfg.get('randomness') or {})
    if args.seed is not None:
        cfg.randomness['seed'] = args.seed


def build_runner(cfg):
    """The runner of a config, once its work folder is known to be writable."""
    from mmaction.registry import RUNNERS
    from mmengine.runner import Runner

    from mmav_coattn.cli.run_tool import require_writable

    require_writable(cfg.work_dir)
    return Runner.from_cfg(cfg) if 'runner_type' not in cfg else RUNNERS.build(cfg)
