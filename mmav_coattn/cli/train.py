"""Train a model by its config; the flags are those of mmaction2's tools/train.py."""

import argparse
import os
import sys
from pathlib import Path

from mmav_coattn.errors import ConfigError, DataNotFoundError

from .arguments import add_training_arguments, build_runner, merge_training_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('config', help='config file')
    add_training_arguments(parser)
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help='go on from this checkpoint, or without a value from the newest in the work folder',
    )
    parser.add_argument('--amp', action='store_true', help='automatic mixed precision (GPU)')
    parser.add_argument('--no-validate', action='store_true', help='no validation while training')
    scale = 'scale the learning rate by actual over base batch size'
    parser.add_argument('--auto-scale-lr', action='store_true', help=scale)
    parser.add_argument(
        '--overfit-one-batch',
        nargs='?',
        type=int,
        const=100,
        metavar='STEPS',
        help='only see whether the network can learn one batch by heart, in so many steps',
    )
    parser.add_argument('--diff-rank-seed', action='store_true', help='a seed for each process')
    parser.add_argument('--deterministic', action='store_true', help='repeatable, but slower')


def merge_args(cfg, args):
    """Put the command line's choices into the config."""
    if args.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
        # Without validation there is no best checkpoint to save.
        cfg.default_hooks.checkpoint.save_best = None
    merge_training_arguments(cfg, args)
    if args.amp:
        if cfg.optim_wrapper.get('type', 'OptimWrapper') not in ('OptimWrapper', 'AmpOptimWrapper'):
            raise ConfigError(
                f'--amp does not go with optim_wrapper.type='
                f'{cfg.optim_wrapper.type!r}; leave it out.'
            )
        cfg.optim_wrapper.type = 'AmpOptimWrapper'
        cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')
    if args.resume == 'auto':
        cfg.resume, cfg.load_from = True, None
    elif args.resume is not None:
        if not Path(args.resume).is_file():
            raise DataNotFoundError(f'--resume {args.resume}: there is no such checkpoint file.')
        cfg.resume, cfg.load_from = True, args.resume
    if args.auto_scale_lr:
        cfg.auto_scale_lr.enable = True
    for name in ('diff_rank_seed', 'deterministic'):
        cfg.randomness[name] = getattr(args, name) or cfg.randomness.get(name, False)
    return cfg


def leave_core_to_loader(cfg):
    """On a CPU, keep one core free for the loader's workers.

    With a thread on every core, each parallel step of the network waits for the thread that shares
    its core with a worker: on 2 cores an iteration of the demo took 1.11 s with two threads and
    0.94 s with one.
    """
    import torch

    if torch.cuda.is_available() or 'OMP_NUM_THREADS' in os.environ:
        return
    if cfg.train_dataloader.get('num_workers', 0):
        torch.set_num_threads(max(1, len(os.sched_getaffinity(0)) - 1))


def require_a_batch(runner):
    """Say so where an epoch has no iteration, which mmengine's schedulers only assert."""
    from mmengine.runner import EpochBasedTrainLoop

    if not isinstance(runner.train_loop, EpochBasedTrainLoop) or len(runner.train_dataloader):
        return
    loader = runner.train_dataloader
    raise ConfigError(
        f'{len(loader.dataset)} training videos make no whole batch of {loader.batch_size} (per '
        'process), and train_dataloader.drop_last=True leaves out what is less: add --cfg-options '
        'train_dataloader.drop_last=False, or a smaller train_dataloader.batch_size.'
    )


def run(args: argparse.Namespace) -> None:
    """Train a model by its config."""
    from mmav_coattn.config import load_config
    from mmav_coattn.engine.cpu_processes import prepare_processes
    from mmav_coattn.experiments.overfit_check import overfit_one_batch

    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    cfg = merge_args(load_config(args.config, args.cfg_options), args)
    leave_core_to_loader(cfg)
    prepare_processes(cfg)
    runner = build_runner(cfg)
    require_a_batch(runner)
    if args.overfit_one_batch is not None:
        learned, verdict = overfit_one_batch(runner, args.overfit_one_batch)
        print(verdict)
        sys.exit(0 if learned else 1)
    runner.train()
