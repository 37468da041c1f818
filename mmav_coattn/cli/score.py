"""Score how far each video of a collection is in sync, as a table and a list of those to keep.

The table has a row a file as soon as it is done: offset (above 0 the audio is late; s and frames),
confidence, match (mean logit at the best shift), number of windows, course of the offset (constant,
drifts, jumps), verdict, and the error of a file that cannot be used. The same command goes on where
it was interrupted: files that the table has are not scored again.
"""

import argparse
from pathlib import Path

from mmav_coattn.preparation.parts import parse_part, take_part

from .arguments import add_network_arguments, build_inferencer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_network_arguments(parser)
    parser.add_argument('--csv', type=Path, required=True, help='table to write, or to go on with')
    keep = 'also list the files in sync here: an annotation file for training, .txt or .csv'
    parser.add_argument('--keep', type=Path, help=keep)
    largest = 'largest offset either way of a file to keep, s; default: 0.1'
    parser.add_argument('--tolerance', type=float, default=0.1, help=largest)
    parser.add_argument(
        '--part', type=parse_part, metavar='I/N', help='only every N-th file, from the I-th on'
    )


def run(args: argparse.Namespace) -> int:
    """Score; a file that cannot be used is a row of the table, and the exit code is 0."""
    from mmav_coattn.apis.file_score import ScoreTable, score_cells
    from mmav_coattn.apis.many_files import expand_inputs, run_each
    from mmav_coattn.errors import MediaError
    from mmav_coattn.preparation.list_maker import write_list

    files = take_part(expand_inputs(args.inputs), args.part)
    table = ScoreTable(args.csv)
    paths = [str(file.path.absolute()) for file in files]
    new = [file for file, path in zip(files, paths, strict=True) if path not in table.rows]
    # One bar over all videos, or where there is one, over its seconds.
    several = len(new) > 1
    inferencer = build_inferencer(args, progress=not (several or args.quiet))

    def act(file):
        try:
            table.add(file.path, score_cells(inferencer.sync(file.path)))
        except MediaError as error:
            table.add(file.path, dict(error=str(error)))
            raise

    run_each(new, act, bar=several and not args.quiet)
    offsets = {path: table.rows[path]['offset_s'] for path in paths}
    kept = [path for path, s in offsets.items() if s and abs(float(s)) <= args.tolerance]
    failed = sum(bool(table.rows[path]['error']) for path in offsets)
    unknown = sum(not s for s in offsets.values()) - failed
    print(
        f'{args.csv}: of {len(offsets)} files, {len(kept)} in sync within {args.tolerance:g} s, '
        f'{len(offsets) - len(kept) - unknown - failed} not, {unknown} cannot be told, {failed} '
        f'failed; {len(files) - len(new)} of them scored before'
    )
    if args.keep is not None:
        write_list(args.keep, [dict(file=path) for path in kept])
        print(f'{args.keep}: {len(kept)} files')
    return 0
