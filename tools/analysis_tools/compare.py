"""Train and test several configs over seeds; one table and one plot.

What is finished is skipped and what was interrupted goes on, so the same command may be given
again. Every run is made by tools/train.py and tools/test.py; their output lies in the work folder.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from mmengine import load

import mmav_coattn  # noqa: F401  (before mmaction.models: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.config import load_config
from mmav_coattn.errors import ConfigError, UserError
from mmav_coattn.experiments.comparison import (
    fingerprint,
    network_size,
    read_metrics,
    sliding_config,
    training_figures,
    write_table,
)
from mmav_coattn.visualization.comparison import plot_comparison

TOOLS = Path(__file__).resolve().parent.parent


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'networks', nargs='+', help='config files, or names of --variants; all: each of these'
    )
    parser.add_argument(
        '--variants',
        type=Path,
        help='YAML file: for each name a config, relative to that file, and options as key: value',
    )
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2])
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/compare'))
    parser.add_argument('--data-root', help="another folder for the configs' data")
    parser.add_argument(
        '--offset-windows',
        type=int,
        default=0,
        help='clips of each file along which the audio is slid; default: 0, no offset',
    )
    parser.add_argument(
        '--val-interval', type=int, default=1, help='epochs from one validation to the next'
    )
    parser.add_argument(
        '--finished-only',
        action='store_true',
        help='start no run: the table and plot of those that are finished',
    )
    parser.add_argument(
        '--options', nargs='+', default=[], help='settings of every config, as key=value'
    )
    return parser.parse_args()


def run_logged(script, log, *arguments):
    """Run one of our tools; its output goes to a file.

    Raises:
        UserError: If it fails; names the file.
    """
    command = [sys.executable, str(TOOLS / script), *map(str, arguments)]
    paths = [str(TOOLS.parent), os.environ.get('PYTHONPATH', '')]
    environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, paths))}
    with log.open('w', encoding='utf-8') as output:
        code = subprocess.run(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, check=False
        ).returncode
    if code:
        last = (log.read_text(encoding='utf-8').strip().splitlines() or ['no output'])[-1]
        raise UserError(f'{script} ended with code {code}; its output is in {log}: {last}')


class Network(NamedTuple):
    """A network of the comparison: its name, its config and what is changed in it."""

    name: str
    config: Path
    options: list[str]


def find_networks(args):
    """The networks that the command line names.

    Raises:
        ConfigError: If a name is not in the table, or two networks share one.
    """
    table = {}
    if args.variants:
        for name, entry in load(args.variants).items():
            options = [f'{key}={value}' for key, value in (entry.get('options') or {}).items()]
            table[name] = Network(name, args.variants.parent / entry['config'], options)
    found = []
    for text in args.networks:
        if text == 'all' and table:
            found += table.values()
        elif text in table:
            found.append(table[text])
        elif text.endswith('.py'):
            found.append(Network(Path(text).stem, Path(text), []))
        else:
            known = ', '.join(table) or 'no --variants FILE was given'
            raise ConfigError(f'{text}: is no config file and no variant ({known}).')
    names = [network.name for network in found]
    if len(set(names)) < len(names):
        raise ConfigError(f'Two of the networks have one name: {", ".join(names)}.')
    return found


def run_one(network, seed, args):
    """Figures of a network and seed, from its finished run or a new one; None if it may not run."""
    path = network.config
    folder = args.work_dir / network.name / f'seed_{seed}'
    options = [*network.options, *args.options, f'train_cfg.val_interval={args.val_interval}']
    if args.data_root:
        options.append(f'data_root={args.data_root}')
    cfg = load_config(str(path), dict(parse_option(option) for option in options))
    mark = dict(fingerprint=fingerprint(cfg, seed), offset_windows=args.offset_windows)
    done, begun = folder / 'figures.json', folder / 'begun.txt'
    if begun.exists() and begun.read_text() != mark['fingerprint']:
        raise ConfigError(
            f'{folder} holds a run of another config or other options: give another --work-dir, '
            'or delete it.'
        )
    if done.exists():
        figures = json.loads(done.read_text(encoding='utf-8'))
        if figures.get('offset_windows') == args.offset_windows:
            print(f'{network.name}, seed {seed}: finished before')
            return figures
    if args.finished_only:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    begun.write_text(mark['fingerprint'])
    train, test = folder / 'train', folder / 'test'
    checkpoint = train / f'epoch_{cfg.train_cfg.max_epochs}.pth'
    common = ['--seed', seed, '--cfg-options', *options]
    if not checkpoint.exists():
        print(f'{network.name}, seed {seed}: training', flush=True)
        run_logged('train.py', folder / 'train.log', path, '--resume', '--work-dir', train, *common)
    print(f'{network.name}, seed {seed}: testing', flush=True)
    run_logged('test.py', folder / 'test.log', path, checkpoint, '--work-dir', test, *common)
    figures = dict(mark, name=network.name, seed=seed) | read_metrics(test)
    if args.offset_windows:
        sliding = folder / 'sliding.py'
        sliding_config(cfg, args.offset_windows).dump(str(sliding))
        offset = folder / 'offset'
        run_logged(
            'test.py', folder / 'offset.log', sliding, checkpoint, '--work-dir', offset,
            '--seed', seed,
        )  # fmt: skip
        figures |= read_metrics(offset)
    figures |= training_figures(train)
    figures['parameters'], figures['flops_per_pair'] = network_size(cfg)
    figures['batch_size'] = cfg.train_dataloader.batch_size
    done.write_text(json.dumps(figures, indent=1) + '\n', encoding='utf-8')
    return figures


def parse_option(text):
    """``key=value`` as mmengine's ``--cfg-options`` reads it."""
    from mmengine.config import DictAction

    key, found, value = text.partition('=')
    if not found:
        raise ConfigError(f'--options {text}: write key=value.')
    return key, DictAction._parse_iterable(value)


def main():
    args = parse_args()
    networks = find_networks(args)
    names = [network.name for network in networks]
    runs, failures, unfinished = [], [], []
    for seed in args.seeds:  # the first seed of all first: a whole table early
        for network in networks:
            try:
                figures = run_one(network, seed, args)
            except UserError as error:
                failures.append(f'{network.name}, seed {seed}: {error}')
                print(f'failed: {failures[-1]}', flush=True)
                continue
            if figures is None:
                unfinished.append(f'{network.name}, seed {seed}')
                continue
            runs.append(figures)
            ordered = sorted(runs, key=lambda run: names.index(run['name']))
            table = write_table(ordered, args.work_dir / 'comparison.md')
            plot = plot_comparison(ordered, args.work_dir / 'comparison.png')
    if unfinished:
        print(f'{len(unfinished)} runs are not finished and left out: {"; ".join(unfinished)}')
    if runs:
        print(table.read_text(encoding='utf-8') + f'\n{table}\n{plot}')
    if failures:
        raise UserError(f'{len(failures)} runs failed: ' + '; '.join(failures))


if __name__ == '__main__':
    run_tool(main)
