"""Look at every file of a set, and write which can be used.

Writes into OUT: files.csv (all files), usable.csv (an ann_file for AudioVisualDataset) and
report.json. Run again to go on after an interruption, or to judge by other limits. Several
processes share a set by --part; --merge joins their results.
"""

import argparse
from pathlib import Path

import mmav_coattn  # noqa: F401  (before mmaction: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.preparation.parts import add_part_arguments, part_name, take_part
from mmav_coattn.preparation.scan import USABLE_TABLE, VERDICTS, Limits, merge_scans, scan


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('data_root', help='folder of the videos')
    parser.add_argument('--ann-file', default='', help='only the files of this list or table')
    parser.add_argument('--out', type=Path, help='folder for the results (default: DATA_ROOT/scan)')
    parser.add_argument('--workers', type=int, help='processes (default: one per core)')
    parser.add_argument('--timeout', type=float, default=600.0, help='s for one file; default: 600')
    add_part_arguments(parser, 'results')
    limits = Limits()
    for option, default, text in (
        ('--min-seconds', limits.min_seconds, 'seconds of video and audio that a usable file has'),
        ('--min-level', limits.min_level, 'dB of full scale that the loudest half second exceeds'),
        ('--min-motion', limits.min_motion, 'grey levels of change; 0 refuses frozen frames only'),
    ):
        text = f'{text}; default: {default:g}'
        parser.add_argument(option, type=float, default=default, help=text)
    return parser.parse_args()


def main():
    args = parse_args()
    dataset = AudioVisualDataset(ann_file=args.ann_file, data_root=args.data_root, lazy_init=True)
    out = args.out or Path(args.data_root, 'scan')
    limits = Limits(args.min_seconds, args.min_level, args.min_motion)
    root = Path(dataset.video_root)
    if args.merge is not None:
        merge_scans(out, args.merge)
    if args.part is not None:
        out = out / part_name(args.part)
    items = take_part(dataset.load_data_list(), args.part)
    report = scan(root, items, out, limits, args.workers, args.timeout)
    counts = report['verdicts']
    print(f'{counts["ok"]} of {report["files"]} files are usable, {report["usable_hours"]:.2f} h:')
    for name, meaning in VERDICTS.items():
        if counts[name]:
            print(f'{counts[name]:7}  {name:10} {meaning}')
    print(
        f'Of the usable files, {report["late_audio"]} have audio that starts more than 40 ms '
        f'before or after the video, and {report["with_holes"]} have gaps in their audio.'
    )
    if args.part is None:
        print(f'The usable files are listed in {out / USABLE_TABLE}; use it as ann_file.')


if __name__ == '__main__':
    run_tool(main)
