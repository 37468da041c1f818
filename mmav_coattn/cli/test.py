"""Evaluate a checkpoint; the flags are those of mmaction2's tools/test.py."""

import argparse
import os
from pathlib import Path

from mmav_coattn.errors import ConfigError, DataNotFoundError

from .arguments import add_training_arguments, build_runner, merge_training_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    add_training_arguments(parser)
    parser.add_argument('--dump', help='write the predictions to this .pkl file')
    parser.add_argument('--show-dir', help='write images of where the network looked, here')
    parser.add_argument('--show', action='store_true', help='show those images in a window')
    parser.add_argument('--interval', type=int, default=1, help='show every so many samples')
    parser.add_argument('--wait-time', type=float, default=2, help='seconds a window stays open')


def merge_args(cfg, args):
    """Put the command line's choices into the config."""
    if args.show or args.show_dir is not None:
        if 'visualization' not in cfg.default_hooks:
            raise ConfigError(
                '--show and --show-dir need a hook `visualization` in default_hooks, '
                "for instance dict(type='AttentionVisualizationHook')."
            )
        cfg.default_hooks.visualization.update(
            enable=True,
            show=args.show,
            wait_time=args.wait_time,
            out_dir=args.show_dir,
            interval=args.interval,
        )
    if args.dump is not None:
        if not args.dump.endswith(('.pkl', '.pickle')):
            raise ConfigError(f'--dump {args.dump}: the name must end with .pkl or .pickle.')
        evaluators = cfg.test_evaluator
        evaluators = list(evaluators) if isinstance(evaluators, (list, tuple)) else [evaluators]
        cfg.test_evaluator = [*evaluators, dict(type='DumpResults', out_file_path=args.dump)]
    merge_training_arguments(cfg, args)
    cfg.load_from = args.checkpoint
    return cfg


def run(args: argparse.Namespace) -> None:
    """Evaluate a checkpoint."""
    from mmav_coattn.config import load_config

    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if not Path(args.checkpoint).is_file() and '://' not in args.checkpoint:
        raise DataNotFoundError(f'{args.checkpoint}: there is no such checkpoint file.')
    build_runner(merge_args(load_config(args.config, args.cfg_options), args)).test()
