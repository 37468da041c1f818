"""Write features of videos into one .npz file: names, times, and what the towers see and hear.

Each video is cut into windows of the length the network was trained with; of each window the file
has the mean features of the visual and the audio tower. What is done is kept: the same command
goes on where it was interrupted, and computes only videos that are new or have changed. Several
processes share many videos by --part; --merge joins what they have computed.
"""

import argparse
from pathlib import Path

from mmav_coattn.preparation.parts import (
    add_part_arguments,
    part_name,
    require_parts,
    take_part,
)

from .arguments import add_network_arguments, build_inferencer, find_network, finish


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this subcommand."""
    add_network_arguments(parser)
    parser.add_argument('-o', '--out', type=Path, required=True, help='.npz file to write')
    parser.add_argument(
        '--towers',
        nargs='+',
        choices=('visual', 'audio'),
        default=('visual', 'audio'),
        help='default: both; with one, videos need not have the other stream',
    )
    add_part_arguments(parser, 'features')


def run(args: argparse.Namespace) -> int:
    """Extract; exit code 1 if a file failed."""
    from mmav_coattn.apis.feature_extraction import FeatureFile, source_digest
    from mmav_coattn.apis.many_files import expand_inputs, run_each
    from mmav_coattn.config import load_config
    from mmav_coattn.io import write_whole

    files = take_part(expand_inputs(args.inputs), args.part)
    config, checkpoint = find_network(args)
    cfg = load_config(str(config))
    features = FeatureFile(args.out, args.towers, source_digest(cfg, checkpoint))
    if args.merge is not None:
        require_parts(features.mark_of, args.merge)
        return _merge(features, files)
    # One bar over all videos, or where there is one, over its seconds.
    several = len(files) > 1
    inferencer = build_inferencer(args, progress=not (several or args.quiet))
    before = {file.path for file in files if features.has(file)}

    def act(file) -> None:
        if file.path not in before:
            features.add(file, inferencer.extract(file.path, towers=args.towers))

    batch = run_each(files, act, bar=several and not args.quiet)
    if args.part is not None:
        write_whole('', features.mark_of(part_name(args.part)))
        print(
            f'{features.parts}: {len(batch.results)} videos of part {"/".join(map(str, args.part))}'
        )
        return finish(batch)
    windows = features.join(files)
    print(
        f'{args.out}: {windows} windows of {len(batch.results)} videos'
        + (f', {len(before)} of them computed before' if before else '')
    )
    return finish(batch)


def _merge(features, files) -> int:
    """Join what the parts have computed; exit code 1 if videos failed there."""
    lacking = [file.path for file in files if not features.has(file)]
    windows = features.join(files)
    print(f'{features.out}: {windows} windows of {len(files) - len(lacking)} videos')
    for path in lacking:
        print(f'failed: {path}: no part has its features; its part says why')
    return 1 if lacking else 0
