"""Write the lists of the three official splits of UCF101 for the recipes of configs/transfer/.

python tools/data/ucf101/make_lists.py data/ucf101
"""

import argparse
from pathlib import Path

import mmav_coattn  # noqa: F401  (before mmaction: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.preparation.recognition_splits import write_recognition_lists


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('data_root', type=Path, help='folder to write the lists to')
    parser.add_argument('--annotations', type=Path, help='default: DATA_ROOT/annotations')
    parser.add_argument('--videos', type=Path, help='default: DATA_ROOT/videos')
    args = parser.parse_args()
    report = write_recognition_lists('ucf101', args.data_root, args.annotations, args.videos)
    for name, counts in report.items():
        print(f'{args.data_root / name}: {counts["written"]} videos, {counts["missing"]} missing')
    if any(counts['missing'] for counts in report.values()):
        print(f'The missing ones are named in {args.data_root / "ucf101_missing.txt"}.')


if __name__ == '__main__':
    run_tool(main)
