"""Is the pretrained tower worth anything? Every split and seed, beside random weights, one table.

  python tools/transfer/run.py configs/transfer/finetune_shapes.py --tower tower.pth

The tower is what tools/model_converters/extract_tower.py wrote. Pretrained and random weights get
the same labelled videos, steps and settings. Figures are those of the last epoch. What is finished
is skipped and what was interrupted goes on, so the same command may be given again.
"""

import argparse
import json
from pathlib import Path

from mmengine.config import DictAction
from mmengine.registry import init_default_scope

import mmav_coattn  # noqa: F401  (before mmaction.models: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.config import load_config
from mmav_coattn.errors import CheckpointNotFoundError, ConfigError, UserError
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
        '--inits', nargs='+', choices=experiment.INITS, default=list(experiment.INITS)
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
    folder = args.work_dir / run.name
    folder.mkdir(parents=True, exist_ok=True)
    mark = experiment.fingerprint(cfg, args.tower)
    begun, done = folder / 'begun.txt', folder / 'figures.json'
    if begun.is_file() and begun.read_text() != mark:
        raise ConfigError(
            f'{folder} holds a run of other settings or another tower: give another --work-dir, or '
            'delete it.'
        )
    if done.is_file():
        return json.loads(done.read_text(encoding='utf-8'))
    begun.write_text(mark)
    print(run.name, flush=True)
    if settings['protocol'] == 'finetune':
        found = protocols.finetune(cfg, folder, protocols.scripts(args.stock))
    else:
        act = getattr(protocols, settings['protocol'])
        tower = args.tower if run.init == 'pretrained' else None
        found = act(cfg, settings, run.seed, tower, args.work_dir.parent / 'features')
    found = dict(run._asdict(), **protocols.count_labels(cfg), **found)
    done.write_text(json.dumps(found, indent=1) + '\n', encoding='utf-8')
    return found


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
    runs, failures = [], []
    table = args.work_dir / 'table.md'
    for run in experiment.plan_runs(settings, args.seeds, args.splits, args.inits):
        try:
            runs.append(run_one(cfg, settings, run, args))
        except UserError as error:
            failures.append(f'{run.name}: {error}')
            print(f'failed: {failures[-1]}', flush=True)
            continue
        table.write_text(render_table(runs, settings, args.config.stem), encoding='utf-8')
    if runs:
        print(table.read_text(encoding='utf-8') + f'\n{table}')
    if failures:
        raise UserError(f'{len(failures)} runs failed: ' + '; '.join(failures))


if __name__ == '__main__':
    run_tool(main)
