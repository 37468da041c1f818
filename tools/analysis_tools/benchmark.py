"""Measure speed as ratios within one run: candidates take turns, medians are printed as a table.

loader:      samples/s of a recipe's training pipeline, against the bare decoders, against reading
             whole audio tracks, and against mmaction2's own pipeline; makes its own files.
network:     training steps of the shared visual tower against one pass per pair, the share of
             towers and neck, and precisions.
memory:      resident memory of one process over many samples.
annotations: time and memory of a data set of a long list.
"""

import argparse
import json
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from speed import network
from speed.timing import Row, format_table

import mmav_coattn  # noqa: F401  (before mmaction.models: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.errors import ConfigError

CONFIGS = Path(__file__).resolve().parents[2] / 'configs'


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument('--rounds', type=int, default=5, help='timed rounds (default: 5)')
    common.add_argument('--out', type=Path, help='also write the rows as JSON')
    commands = parser.add_subparsers(dest='command', required=True)

    media = argparse.ArgumentParser(add_help=False)
    media.add_argument(
        '--config',
        type=Path,
        default=CONFIGS / '_base_/datasets/folder.py',
        help='config whose train_pipeline is timed (default: the full recipe)',
    )
    media.add_argument(
        '--videos',
        type=Path,
        default=Path('work_dirs/benchmark/videos'),
        help='folder of its files (default: work_dirs/benchmark/videos)',
    )
    media.add_argument('--files', type=int, default=4, help='files of each length (default: 4)')

    loader = commands.add_parser('loader', parents=[common, media])
    loader.add_argument(
        '--seconds', type=int, nargs='+', default=[10, 60], help='of the files (default: 10 60)'
    )
    loader.add_argument('--workers', type=int, default=2, help='of each loader (default: 2)')
    loader.add_argument(
        '--samples', type=int, default=48, help='of a round of each loader (default: 48)'
    )

    memory = commands.add_parser('memory', parents=[common, media])
    memory.add_argument('--samples', type=int, default=2000, help='to load (default: 2000)')

    annotations = commands.add_parser('annotations', parents=[common])
    annotations.add_argument(
        '--lines', type=int, default=240_000, help='of the list (default: 240000)'
    )

    net = commands.add_parser('network', parents=[common])
    net.add_argument(
        '--config',
        type=Path,
        default=CONFIGS / '_base_/models/coattn_mc3_18.py',
        help='config whose model is timed (default: the full-size network)',
    )
    net.add_argument('--device', default='cpu', help='cpu or cuda (default: cpu)')
    net.add_argument(
        '--precisions', nargs='+', choices=network.DTYPES, default=['fp32'], help='(default: fp32)'
    )
    net.add_argument('--batch', type=int, default=2, help='clips (default: 2)')
    net.add_argument('--frames', type=int, default=32, help='of a clip (default: 32)')
    net.add_argument('--size', type=int, default=112, help='px (default: 112)')
    net.add_argument('--clip-seconds', type=float, default=2.0, help='(default: 2)')
    net.add_argument(
        '--audio-seconds', type=float, default=5.0, help='of the audio segment (default: 5)'
    )
    net.add_argument(
        '--negatives', type=int, nargs='+', default=[1, 3], help='values of K (default: 1 3)'
    )
    return parser.parse_args()


def loader_table(args) -> list[Row]:
    from speed import loader, media

    pipeline = Config.fromfile(args.config).train_pipeline
    settings = {transform['type']: transform for transform in pipeline}
    windows, audio = settings['SampleSyncWindows'], settings['LoadAudio']
    size = settings.get('Resize', {}).get('scale', (112, 112))[0]
    rows = []
    for seconds in args.seconds:
        paths = media.write_videos(args.videos, seconds, args.files)
        timings = loader.time_loaders(
            pipeline, paths, size, media.FPS, args.samples, args.workers, args.rounds
        )
        rows += loader.loader_rows(seconds, timings, args.samples)
        timings = loader.time_audio(
            paths, windows['audio_seconds'], audio['sample_rate'], args.files * 2, args.rounds
        )
        rows.append(loader.audio_row(seconds, timings))
    return rows


def memory_table(args) -> list[Row]:
    from mmengine.dataset import Compose
    from speed import loader, media
    from speed.memory import memory_rows, watch_memory

    pipeline = Compose(list(Config.fromfile(args.config).train_pipeline))
    paths = media.write_videos(args.videos, 10, args.files)

    def load(index):
        return loader.load_by_pipeline(pipeline, str(paths[index % len(paths)]), 0.0)

    return memory_rows(loader.OURS, watch_memory(load, args.samples))


def annotations_table(args) -> list[Row]:
    from speed.memory import LISTS, list_rows, write_list

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, suffix in LISTS.items():
            path = Path(folder, f'list{suffix}')
            write_list(kind, path, args.lines)
            # Not a pool of multiprocessing, whose processes may not have loader workers.
            with ProcessPoolExecutor(1, mp_context=get_context('spawn')) as pool:
                rows += pool.submit(list_rows, kind, path).result()
    return rows


def network_table(args) -> list[Row]:
    if args.device.startswith('cuda') and not torch.cuda.is_available():
        raise ConfigError('--device cuda: torch finds no GPU here; leave it out to run on the CPU.')
    rows = []
    cfg = Config.fromfile(args.config).model
    for num_negatives in args.negatives:
        shape = network.ClipShape(
            args.batch, args.frames, args.size, args.clip_seconds, args.audio_seconds, num_negatives
        )
        rows += network.sharing_rows(cfg, shape, args.device, args.precisions[0], args.rounds)
    return rows + network.precision_rows(cfg, shape, args.device, args.precisions, args.rounds)


def main():
    args = parse_args()
    init_default_scope('mmaction')
    rows = globals()[f'{args.command}_table'](args)
    print(format_table(rows))
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(json.dumps([vars(row) for row in rows], indent=1))


if __name__ == '__main__':
    run_tool(main)
