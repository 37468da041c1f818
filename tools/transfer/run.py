"""Is the pretrained tower worth anything? Every split and seed, beside random weights, one table.

  python tools/transfer/run.py configs/transfer/finetune_shapes.py --tower tower.pth

The tower is what tools/model_converters/extract_tower.py wrote. Pretrained and random weights get
the same labelled videos, steps and settings. Figures are those of the last epoch. What is finished
is skipped and what was interrupted goes on, so the same command may be given again.
"""

import argparse
from functools import partial
from pathlib import Path

from mmengine.config import DictAction
from mmengine.registry import init_default_scope

import mmav_coattn  # noqa: F401  (before mmaction.models: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.config import load_config
from mmav_coattn.errors import CheckpointNotFoundError, ConfigError
from mmav_coattn.experiments.runs import RunFolder, make_all, scripts
from mmav_coattn.experiments.transfer import experiment, protocols
from mmav_coattn.experiments.transfer.table import render_table


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', type=Path, help='recipe of configs/transfer/')
    parser.add_argument('--tower', type=Path, help='the pretrained tower')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2], help='default: 0 1 2')
    parser.add_argument('--splits', nargs='+', help='only these; default: all of the recipe')
    parser.add_argument(
        '--inits',
        nargs='+',
        choices=experiment.INITS,
        default=list(experiment.INITS),
        help='initial weights; default: both',
    )
    parser.add_argument('--work-dir', type=Path, help='default: work_dirs/transfer/CONFIG')
    parser.add_argument(
        '--stock', action='store_true', help="train by mmaction2's own tools/train.py"
    )
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, help='settings, as key=value'
    )
    return parser.parse_args()


def run_one(cfg, settings, run, args):
    """Figures of one run, from before or new."""
    cfg = experiment.run_config(cfg, settings, run, args.tower)
    folder = RunFolder(args.work_dir / run.name, experiment.run_mark(cfg))
    found = folder.finished()
    if found is not None:
        return found
    print(run.name, flush=True)
    if settings['protocol'] == 'finetune':
        found = protocols.finetune(cfg, folder.folder, scripts(args.stock))
    else:
        act = getattr(protocols, settings['protocol'])
        found = act(cfg, settings, run, args.work_dir.parent / 'features')
    return folder.finish(dict(run._asdict(), **protocols.count_labels(cfg), **found))


def main():
    args = parse_args()
    cfg = load_config(str(args.config), args.cfg_options)
    settings = experiment.transfer_settings(cfg)
    args.work_dir = args.work_dir or Path('work_dirs/transfer') / args.config.stem
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    if args.tower is not None:
        args.tower = args.tower.absolute()
        if not args.tower.is_file():
            raise CheckpointNotFoundError(f'{args.tower}: there is no such checkpoint file.')
    elif 'pretrained' in args.inits:
        raise ConfigError('Give the pretrained tower by --tower, or --inits random.')

    def show(runs):
        table = args.work_dir / 'table.md'
        text = render_table(runs, settings, args.config.stem)
        table.write_text(text, encoding='utf-8')
        return f'{text}\n{table}'

    runs = experiment.plan_runs(settings, args.seeds, args.splits, args.inits)
    make_all([(run.name, partial(run_one, cfg, settings, run, args)) for run in runs], show)


if __name__ == '__main__':
    run_tool(main)
