"""Re-encode a set small and quick to seek in: short side 256, a keyframe every 16 frames, AAC.

Each file is written beside its place, read back and compared with its source before it gets its
name. Run again to go on after an interruption: files that are there and whole are kept. Several
processes share a set by --part; --merge joins their reports and lists the files.
"""

import argparse
from pathlib import Path

import mmav_coattn  # noqa: F401  (before mmaction: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.preparation.parts import add_part_arguments
from mmav_coattn.preparation.prepare import LIST, REPORT, merge_reports, prepare
from mmav_coattn.preparation.transcode import Encoding


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('data_root', help='folder of the videos')
    parser.add_argument('out', type=Path, help='folder for the re-encoded ones')
    parser.add_argument(
        '--ann-file', default='', help='only the files of this list or table, e.g. scan/usable.csv'
    )
    defaults = Encoding()
    parser.add_argument(
        '--short-side',
        type=int,
        default=defaults.short_side,
        help=f'px; default: {defaults.short_side}',
    )
    parser.add_argument(
        '--crf', type=int, default=defaults.crf, help=f"x264's rate factor; default: {defaults.crf}"
    )
    parser.add_argument('--workers', type=int, help='processes (default: one per core)')
    parser.add_argument('--timeout', type=float, default=600.0, help='s for one file; default: 600')
    add_part_arguments(parser, 'reports')
    return parser.parse_args()


def main():
    args = parse_args()
    dataset = AudioVisualDataset(ann_file=args.ann_file, data_root=args.data_root, lazy_init=True)
    encoding = Encoding(args.short_side, args.crf)
    items = dataset.load_data_list()
    if args.merge is not None:
        report = merge_reports(items, args.out, args.merge)
    else:
        root = Path(dataset.video_root)
        report = prepare(root, items, args.out, encoding, args.workers, args.timeout, args.part)
    before, after = report['bytes_before'] / 1e6, report['bytes_after'] / 1e6
    print(
        f'{report["done"]} re-encoded ({before:.1f} MB became {after:.1f} MB), '
        f'{report["kept"]} were there, {len(report["failed"])} failed, '
        f'{len(report["holes"])} had holes filled with silence.'
    )
    for relpath, failure in list(report['failed'].items())[:10]:
        print(f'  {relpath}: {failure}')
    if args.part is None:
        print(f'Details are in {args.out / REPORT}.')
        print(f'The files are listed in {args.out / LIST}; use it as ann_file.')


if __name__ == '__main__':
    run_tool(main)
