"""Make annotation files for a public set, or for one's own folder, and say what is missing.

The lists name the files within DATA_ROOT and load as ann_file of AudioVisualDataset.
README.md in this folder says for each set how its files should lie and where its list is published.
"""

import argparse
from pathlib import Path

import mmav_coattn  # noqa: F401  (before mmaction: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.preparation import official_lists
from mmav_coattn.preparation.list_maker import make_folder_lists, make_list
from mmav_coattn.preparation.recognition_splits import READERS, write_recognition_lists


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sets = parser.add_subparsers(dest='set', required=True, metavar='SET')

    def add(name: str, text: str, annotation: str = ''):
        command = sets.add_parser(name, help=text, description=text)
        if annotation:
            command.add_argument('annotation', type=Path, help=annotation)
        command.add_argument('data_root', type=Path, help='folder of the videos')
        command.add_argument('out', type=Path, help='list to write, .csv or .txt')
        if annotation:
            command.add_argument('--subset', type=int, help='only so many clips, chosen by --seed')
            command.add_argument('--seed', type=int, default=0, help='which subset')
        return command

    audioset = add('audioset', 'AudioSet', 'a *_segments.csv')
    audioset.add_argument('--ontology', type=Path, help='class_labels_indices.csv, for names')
    add('kinetics400', 'Kinetics-400', 'CSV of one split')
    add('kinetics_sounds', 'Kinetics-Sounds, 31 classes', 'CSV of one split of Kinetics-400')
    vggsound = add('vggsound', 'VGGSound', 'vggsound.csv')
    vggsound.add_argument(
        '--split', choices=('train', 'test'), default='train', help='default: train'
    )
    add('flickr_soundnet', 'Flickr-SoundNet', 'file with an id or an address a line')
    grid = add('grid', 'GRID, talking faces')
    grid.add_argument(
        '--by-speaker', action='store_true', help='hold out whole speakers instead of sentences'
    )
    folder = add('folder', 'all videos of a folder')
    folder.add_argument('--labels', action='store_true', help='the folder of a file is its class')
    for name in READERS:
        text = f'{name.upper()}, the lists of its three official splits'
        command = sets.add_parser(name, help=text, description=text)
        command.add_argument('data_root', type=Path, help='folder with annotations/ and videos/')
    for command in (grid, folder):
        command.add_argument(
            '--held-out', type=float, default=0.0, help='share for val.csv beside OUT; default: 0'
        )
    return parser.parse_args()


def read_clips(args):
    if args.set == 'audioset':
        return official_lists.read_audioset(args.annotation, args.ontology)
    if args.set == 'kinetics400':
        return official_lists.read_kinetics(args.annotation)
    if args.set == 'kinetics_sounds':
        return official_lists.read_kinetics(args.annotation, official_lists.KINETICS_SOUNDS)
    if args.set == 'vggsound':
        return official_lists.read_vggsound(args.annotation, args.split)
    return official_lists.read_flickr(args.annotation)


def list_folder(args):
    if args.set == 'grid':
        kind = dict(grid=True, by_speaker=args.by_speaker)
    else:
        kind = dict(labels=args.labels)
    report = make_folder_lists(args.data_root, args.out, args.held_out, **kind)
    written = ', '.join(f'{count} in {path}' for path, count in report['written'].items())
    left_out = report['left_out']
    named = f' ({", ".join(left_out[:3])}{" ..." if len(left_out) > 3 else ""})'
    print(
        f'{report["found"]} videos below {args.data_root}: {written}, {len(left_out)} left out'
        f'{named if left_out else ""}.'
    )


def list_official_splits(args):
    report = write_recognition_lists(args.set, args.data_root)
    for name, counts in report.items():
        print(f'{args.data_root / name}: {counts["written"]} videos, {counts["missing"]} missing')
    if any(counts['missing'] for counts in report.values()):
        print(f'The missing ones are named in {args.data_root / f"{args.set}_missing.txt"}.')


def list_clips(args):
    report = make_list(read_clips(args), args.data_root, args.out, args.subset, args.seed)
    print(
        f'{report["listed"]} clips are listed in {args.annotation}: {report["found"]} have a file '
        f'({report["found"] / report["listed"]:.1%}), {report["missing"]} are missing, '
        f'{report["written"]} were written to {args.out}.'
    )
    if report['missing']:
        print(f'The missing ones are named in {args.out.with_name(args.out.stem)}.missing.txt.')
    if report['classes_without_files']:
        print(f'Classes without any file: {", ".join(report["classes_without_files"])}.')


def main():
    args = parse_args()
    if args.set in READERS:
        list_official_splits(args)
    elif args.set in ('grid', 'folder'):
        list_folder(args)
    else:
        list_clips(args)


if __name__ == '__main__':
    run_tool(main)
