"""Draw loss and accuracy of a training from its work folder."""

import argparse
from pathlib import Path

from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.visualization import plot_training_curves


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('work_dir', type=Path, help='work folder of tools/train.py')
    parser.add_argument('--out', type=Path, help='PNG to write; default: curves.png in the folder')
    return parser.parse_args()


def main():
    args = parse_args()
    out = args.out or args.work_dir / 'curves.png'
    plot_training_curves(args.work_dir, out)
    print(out)


if __name__ == '__main__':
    run_tool(main)
