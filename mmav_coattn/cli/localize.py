"""Draw on videos where their sound comes from, and keep the audio."""

import argparse
from pathlib import Path

from .arguments import add_network_arguments, build_inferencer, finish


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_network_arguments(parser)
    many = 'MP4 to write; for several videos the folder of as many'
    parser.add_argument('-o', '--out', type=Path, required=True, help=many)
    parser.add_argument('--side-by-side', action='store_true', help='show the original to the left')


def run(args: argparse.Namespace) -> int:
    """Localise; exit code 1 if a file failed."""
    import numpy as np

    from mmav_coattn.apis.many_files import expand_inputs, run_each

    files = expand_inputs(args.inputs)
    single = len(args.inputs) == 1 and Path(args.inputs[0]).is_file()
    inferencer = build_inferencer(args, progress=not args.quiet)

    def act(file):
        # Maps are not kept: those of a large folder would fill the memory.
        out = args.out if single else args.out / f'{file.name}.mp4'
        found = inferencer.localize(file.path, out, side_by_side=args.side_by_side)
        silent = int(np.isnan(found.scores).sum())
        left_out = f', {silent} of them without audible audio' if silent else ''
        nothing = '' if found.visible else 'no visible source, frames left as they are; '
        print(
            f'{out}: {nothing}{len(found.times)} maps{left_out}; mean logit of "in sync" '
            f'{np.nanmean(found.scores):.2f}',
            flush=True,
        )
        return out

    return finish(run_each(files, act))
