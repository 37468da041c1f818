"""Measure by how much the audio of videos is late or early, and mend it.

An offset above 0 says that the audio is late: at +0.24 s, what is seen is heard 0.24 s later.
"""

import argparse
import json
from pathlib import Path

from .arguments import add_network_arguments, build_inferencer, finish


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_network_arguments(parser)
    parser.add_argument(
        '--max-offset', type=float, default=1.0, help='largest offset either way, s; default: 1'
    )
    parser.add_argument(
        '--fix',
        type=Path,
        help='write a copy with the audio shifted into sync here, its video not encoded again, '
        'and measure it again; for several videos a folder',
    )
    where = 'folder of the images NAME_sync.png; default: work_dirs/sync'
    parser.add_argument('--curve-dir', type=Path, default=Path('work_dirs/sync'), help=where)
    parser.add_argument('--no-curve', action='store_true', help='no images of curves')
    parser.add_argument('--json', type=Path, help='also write all results to this file')


def run(args: argparse.Namespace) -> int:
    """Measure; exit code 1 if a file failed or could not be mended."""
    from mmav_coattn.apis.many_files import expand_inputs, run_each
    from mmav_coattn.apis.sync_fix import fix_sync
    from mmav_coattn.io import write_whole
    from mmav_coattn.media.remux import copy_suffix

    files = expand_inputs(args.inputs)
    single = len(args.inputs) == 1 and Path(args.inputs[0]).is_file()
    inferencer = build_inferencer(args, progress=not args.quiet)

    def act(file):
        result = inferencer.sync(file.path, max_offset=args.max_offset)
        lines = [result.sentence(), *(f'note: {note}' for note in result.notes)]
        if result.verdict is not None:
            lines.append(f'verdict: {result.verdict.sentence}')
        record = result.to_dict()
        if not args.no_curve:
            from mmav_coattn.visualization.sync_curve import plot_sync

            image = args.curve_dir / f'{file.name}_sync.png'
            lines.append(f'curve: {plot_sync(result, image)}')
        print('\n  '.join([f'{file.path}: {lines[0]}', *lines[1:]]), flush=True)
        if args.fix is not None and result.in_sync:
            print('  no copy: the file is in sync as it is', flush=True)
        elif args.fix is not None:
            out = args.fix if single else args.fix / f'{file.name}{copy_suffix(file.path)}'
            fixed = fix_sync(inferencer, result, out, max_offset=args.max_offset)
            print(f'  {fixed.path}: {fixed.sentence()}', flush=True)
            record['fixed'] = fixed.to_dict()
        return record

    batch = run_each(files, act)
    if args.json is not None:
        write_whole(json.dumps(batch._asdict(), indent=1, allow_nan=False) + '\n', args.json)
    return finish(batch)
