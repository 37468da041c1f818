"""Measure the memory of data loading: of a long annotation file, and of a loader worker over time.

annotations: builds AudioVisualDataset from lists of many lines, each in a process of its own.
worker: loads samples of a config's training data in one worker and watches its memory.
"""

import argparse
import random
import string
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mmengine.config import DictAction
from speed.memory_use import AnnotationReader, WithMemory, memory_mib, relative_growth
from torch.utils.data import DataLoader

import mmav_coattn  # noqa: F401  (before mmaction.datasets: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.config import load_config
from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.errors import ConfigError

KINDS = {'paths': '.txt', 'paths and labels': '.txt', 'table of 8 columns': '.csv'}
WARM_UP = 200


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest='command', required=True)
    annotations = commands.add_parser('annotations', help='memory and time of a long list')
    annotations.add_argument('--lines', type=int, default=240_000, help='videos of the list')
    annotations.add_argument('--one', nargs=2, metavar=('KIND', 'FILE'), help=argparse.SUPPRESS)
    worker = commands.add_parser('worker', help='memory of one loader worker over time')
    worker.add_argument('config', help='config file; its training data are loaded')
    worker.add_argument('--samples', type=int, default=2000, help='samples to load')
    worker.add_argument('--every', type=int, default=200, help='samples per line of the table')
    worker.add_argument('--cfg-options', nargs='+', action=DictAction, help='change settings')
    return parser.parse_args()


def write_list(kind: str, path: Path, lines: int) -> None:
    """A list as long as asked, of names as AudioSet's files have them."""
    rng = random.Random(0)
    letters = string.ascii_letters + string.digits + '_'
    with path.open('w') as file:
        if path.suffix == '.csv':
            file.write('file,status,duration,width,height,fps,offset,level\n')
        for _ in range(lines):
            name = ''.join(rng.choices(letters, k=11))
            video = f'unbalanced_train/{name[:2]}/{name}_{rng.randrange(500) * 1000}.mp4'
            if path.suffix == '.csv':
                length, level = rng.uniform(9.9, 10.1), rng.uniform(-60, -10)
                video += f',ok,{length:.3f},340,256,29.97,{rng.uniform(0, 0.1):.3f},{level:.1f}'
            elif kind == 'paths and labels':
                video += f' {rng.randrange(527)}'
            file.write(video + '\n')


def measure_list(kind: str, path: Path) -> None:
    """Build the dataset in this process and print one row of the table."""
    before = memory_mib()['resident']
    began = time.perf_counter()
    dataset = AudioVisualDataset(ann_file=str(path), data_root=str(path.parent))
    seconds = time.perf_counter() - began
    after = memory_mib()
    loader = DataLoader(AnnotationReader(dataset), batch_size=None, num_workers=1)
    (worker,) = loader
    print(
        f'| {kind} | {len(dataset):,} | {seconds:.2f} | {after["peak"] - before:.0f} | '
        f'{after["resident"] - before:.0f} | {dataset.data_bytes.nbytes / 2**20:.0f} | '
        f'{worker["private"]:.1f} |',
        flush=True,
    )


def measure_annotations(lines: int) -> None:
    print(
        '| list | lines | built in, s | peak, MiB | kept, MiB | of that annotations, MiB | '
        'a worker adds when it reads all, MiB |\n|---|---|---|---|---|---|---|',
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        for kind, suffix in KINDS.items():
            path = Path(folder, f'list{suffix}')
            write_list(kind, path, lines)
            # A process of its own: a peak is that of the whole life of a process.
            command = [sys.executable, __file__, 'annotations', '--one', kind, str(path)]
            subprocess.run(command, check=True)


def measure_worker(args) -> None:
    from mmaction.registry import DATASETS
    from mmengine.registry import init_default_scope

    if args.samples < 2 * WARM_UP:
        raise ConfigError(f'--samples {args.samples} must be {2 * WARM_UP} or more.')
    cfg = load_config(args.config, args.cfg_options)
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    loader = DataLoader(WithMemory(dataset, args.samples), batch_size=None, num_workers=1)
    print(f'{args.config}: {args.samples} samples in one worker of {len(dataset)} videos')
    print('| samples | resident, MiB | private, MiB |\n|---|---|---|')
    resident = []
    for number, memory in enumerate(loader, start=1):
        resident.append(memory['resident'])
        if number % args.every == 0:
            print(f'| {number} | {memory["resident"]:.1f} | {memory["private"]:.1f} |', flush=True)
    growth = relative_growth(resident, WARM_UP)
    print(f'resident memory after the first {WARM_UP} samples: {growth:+.1%}')


def main():
    args = parse_args()
    if args.command == 'worker':
        measure_worker(args)
    elif args.one:
        measure_list(args.one[0], Path(args.one[1]))
    else:
        measure_annotations(args.lines)


if __name__ == '__main__':
    run_tool(main)
