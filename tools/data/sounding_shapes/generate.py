"""Make SoundingShapes sets: simulated scenes in which motion causes sound, as MP4 files.

An interrupted run goes on where it stopped; what is there already is kept. With --verify nothing is
made: a copy is compared with the published set. --write-digests publishes a set: it writes the list
that --verify reads.
"""

import argparse
import sys
import time
from pathlib import Path

from mmav_coattn.errors import UserError
from mmav_coattn.sounding_shapes import DEFAULT_NUM_CLIPS, SPLITS, TIERS, make_split
from mmav_coattn.sounding_shapes.verify import VERDICTS, read_digests, verify_set, write_digests

#: Digests of the first clips of each tier.
DIGESTS = Path(__file__).with_name('digests.txt')


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument(
        '--out', type=Path, default=Path('data/sounding_shapes'), help='data root to make'
    )
    parser.add_argument(
        '--tier', nargs='+', default=['medium'], choices=list(TIERS), help='how hard the scenes are'
    )
    parser.add_argument('--seed', type=int, default=0, help='same seed, same files')
    for split in SPLITS:
        parser.add_argument(
            f'--{split}', type=int, default=DEFAULT_NUM_CLIPS[split], help=f'clips of {split}'
        )
    parser.add_argument('--workers', type=int, help='processes; by default one per core')
    only = parser.add_mutually_exclusive_group()
    only.add_argument('--verify', type=Path, metavar='FOLDER', help='only compare this copy')
    only.add_argument(
        '--write-digests',
        type=Path,
        metavar='FOLDER',
        help=f'only write {DIGESTS.name} from this set, which must have every tier',
    )
    return parser.parse_args(argv)


def verify(root: Path) -> int:
    """Print what the copy is; exit code 1 if it is another set than the published one."""
    bad = 0
    for tier, counts in verify_set(root, read_digests(DIGESTS)).items():
        said = [f'{count} {VERDICTS[verdict]}' for verdict, count in counts.items() if count]
        bad += counts['different'] + counts['missing']
        print(f'{tier}: of {sum(counts.values())} clips, {", ".join(said)}.')
    return 1 if bad else 0


def main(argv: list[str] | None = None) -> int:
    args = parse_args(argv)
    begin = time.monotonic()
    try:
        if args.verify is not None:
            return verify(args.verify)
        if args.write_digests is not None:
            write_digests(args.write_digests, DIGESTS)
            print(f'Written: {DIGESTS}')
            return 0
        for tier in args.tier:
            for split in SPLITS:
                make_split(args.out, tier, split, getattr(args, split), args.seed, args.workers)
    except UserError as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('Stopped. What is finished stays; run again to go on.', file=sys.stderr)
        return 130
    counts = ', '.join(f'{getattr(args, split)} {split}' for split in SPLITS)
    print(
        f'{counts} clips of {", ".join(args.tier)} in {args.out}, {time.monotonic() - begin:.0f} s'
    )
    return 0


if __name__ == '__main__':
    sys.exit(main())
