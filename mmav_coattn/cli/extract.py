"""Write features of videos into one .npz file: names, times, and what the towers see and hear.

Each video is cut into clips as long as those of the training; of each clip the file has the mean
features of the visual and the audio tower. What is done is kept: the same command goes on where it
was interrupted, and computes only videos that are new or have changed. Several processes share many
videos by --part; the command without it joins what they have computed.
"""

import argparse
from pathlib import Path

from mmav_coattn.preparation.parts import parse_part, take_part

from .arguments import add_network_arguments, build_inferencer, find_network, finish


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_network_arguments(parser)
    parser.add_argument('-o', '--out', type=Path, required=True, help='.npz file to write')
    parser.add_argument(
        '--towers',
        nargs='+',
        choices=('visual', 'audio'),
        default=('visual', 'audio'),
        help='default: both; with one, videos need not have the other stream',
    )
    parser.add_argument(
        '--part', type=parse_part, metavar='I/N', help='only every N-th file, from the I-th on'
    )


def run(args: argparse.Namespace) -> int:
    """Extract; exit code 1 if a file failed."""
    from mmav_coattn.apis.feature_extraction import FeatureFile, source_digest
    from mmav_coattn.apis.many_files import expand_inputs, run_each
    from mmav_coattn.config import load_config

    files = take_part(expand_inputs(args.inputs), args.part)
    config, checkpoint = find_network(args)
    source = source_digest(load_config(str(config)), checkpoint)
    features = FeatureFile(args.out, args.towers, source)
    # One bar over all videos, or where there is one, over its seconds.
    several = len(files) > 1
    inferencer = build_inferencer(args, progress=not (several or args.quiet))
    before = {file.path for file in files if features.has(file)}

    def act(file) -> None:
        if file.path not in before:
            features.add(file, inferencer.extract(file.path, towers=args.towers))

    batch = run_each(files, act, bar=several and not args.quiet)
    if args.part is not None:
        part = '/'.join(map(str, args.part))
        print(f'{features.parts}: {len(batch.results)} videos of part {part}')
        return finish(batch)
    windows = features.join(files)
    print(
        f'{args.out}: {windows} windows of {len(batch.results)} videos'
        + (f', {len(before)} of them computed before' if before else '')
    )
    return finish(batch)
