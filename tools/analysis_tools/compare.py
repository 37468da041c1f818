"""Train and test several configs over seeds; one table and one plot.

What is finished is skipped and what was interrupted goes on, so the same command may be given
again. Every run is made by tools/train.py and tools/test.py; their output lies in the work folder.
"""

import argparse
from functools import partial
from pathlib import Path
from typing import NamedTuple

from mmengine import load
from mmengine.config import DictAction

import mmav_coattn  # noqa: F401  (before mmaction.models: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.config import load_config
from mmav_coattn.errors import ConfigError
from mmav_coattn.experiments.comparison import (
    network_size,
    sliding_config,
    training_curve,
    write_table,
)
from mmav_coattn.experiments.runs import (
    RunFolder,
    evaluate,
    fingerprint,
    make_all,
    scripts,
    train,
)
from mmav_coattn.visualization.comparison import plot_comparison


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
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2], help='default: 0 1 2')
    parser.add_argument(
        '--work-dir',
        type=Path,
        default=Path('work_dirs/compare'),
        help='default: work_dirs/compare',
    )
    parser.add_argument(
        '--offset', action='store_true', help='also slide the audio along a clip of each file'
    )
    parser.add_argument(
        '--options', nargs='+', default=[], help='settings of every config, as key=value'
    )
    return parser.parse_args()


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
    """Figures of a network and seed, from its finished run or a new one."""
    path, name = network.config, f'{network.name}, seed {seed}'
    options = [*network.options, *args.options]
    cfg = load_config(str(path), dict(parse_option(option) for option in options))
    folder = args.work_dir / network.name / f'seed_{seed}'
    run = RunFolder(folder, fingerprint(cfg, f'\n{seed}'.encode()))
    figures = run.finished()
    if figures is not None and figures['offset'] == args.offset:
        print(f'{name}: finished before')
        return figures
    cfg.randomness = dict(cfg.get('randomness') or {}, seed=seed)
    print(f'{name}: training', flush=True)
    checkpoint = train(cfg, folder, scripts())
    print(f'{name}: testing', flush=True)
    figures = dict(name=network.name, seed=seed, offset=args.offset)
    figures |= evaluate(folder / 'config.py', checkpoint, scripts())
    if args.offset:
        sliding = folder / 'sliding.py'
        sliding_config(cfg).dump(str(sliding))
        figures |= evaluate(sliding, checkpoint, scripts(), 'offset')
    figures['curve'] = training_curve(folder / 'train')
    figures['parameters'], figures['flops_per_pair'] = network_size(cfg)
    return run.finish(figures)


def parse_option(text):
    """``key=value`` as mmengine's ``--cfg-options`` reads it."""
    key, found, value = text.partition('=')
    if not found:
        raise ConfigError(f'--options {text}: write key=value.')
    return key, DictAction._parse_iterable(value)


def main():
    args = parse_args()
    networks = find_networks(args)
    names = [network.name for network in networks]

    def show(runs):
        ordered = sorted(runs, key=lambda run: names.index(run['name']))
        table = write_table(ordered, args.work_dir / 'comparison.md')
        plot = plot_comparison(ordered, args.work_dir / 'comparison.png')
        return f'{table.read_text(encoding="utf-8")}\n{table}\n{plot}'

    # The first seed of all first: a whole table early.
    runs = [
        (f'{network.name}, seed {seed}', partial(run_one, network, seed, args))
        for seed in args.seeds
        for network in networks
    ]
    make_all(runs, show)


if __name__ == '__main__':
    run_tool(main)
