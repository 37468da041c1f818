"""Draw on videos where their sound comes from, and keep the sound."""

from __future__ import annotations

import argparse
from pathlib import Path

from .network_arguments import add_network_arguments, build_inferencer, finish

#: Short names of :func:`mmav_coattn.localization.build_map_source`; spelt out, as importing that
#: takes seconds that ``--help`` need not take.
MAPS = ('attention', 'rollout', 'similarity', 'evidence', 'gradcam', 'motion', 'moving_source')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this subcommand."""
    add_network_arguments(parser)
    parser.add_argument(
        '-o',
        '--out',
        type=Path,
        required=True,
        help='MP4 to write; for several videos the folder of as many',
    )
    parser.add_argument(
        '--side-by-side', action='store_true', help='show the original to the left of the overlay'
    )
    parser.add_argument(
        '--map',
        choices=MAPS,
        help="kind of map; default: that of the network's config",
    )


def run(args: argparse.Namespace) -> int:
    """Localise; exit code 1 if a file failed."""
    import numpy as np

    from mmav_coattn.apis.many_files import expand_inputs, is_one_file, run_each

    files = expand_inputs(args.inputs)
    single = len(args.inputs) == 1 and is_one_file(args.inputs[0])
    inferencer = build_inferencer(args, map_source=args.map)

    def act(file):
        # Maps are not kept: those of a large folder would fill the memory.
        out = args.out if single else args.out / f'{file.name}.mp4'
        found = inferencer.localize(file.path, out, side_by_side=args.side_by_side)
        silent = int(np.isnan(found.scores).sum())
        left_out = f', {silent} of them without sound' if silent else ''
        least = inferencer.model.map_source.min_confidence
        if least is not None:
            hidden = int((found.confidence < least).sum())
            left_out += f', {hidden} without a source in sight'
        print(
            f'{out}: {len(found.times)} maps over {len(found.scores)} windows{left_out}; '
            f'mean logit of "in sync" {np.nanmean(found.scores):.2f}, mean confidence of the map '
            f'{np.nanmean(found.confidence):.3f}',
            flush=True,
        )
        return out

    def report(file, result, failure):
        if failure is not None:
            print(f'failed: {failure}', flush=True)

    return finish(run_each(files, act, report))
