"""Write the weights of a trained network as the package ships them: plain, and in float16."""

import argparse
from pathlib import Path

import torch

import mmav_coattn  # noqa: F401  (a checkpoint is loaded as plain weights)
from mmav_coattn.checkpoint_files import read_state
from mmav_coattn.cli.run_tool import run_tool


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('checkpoint', help='of coattn_events.py or coattn_faces.py')
    parser.add_argument('out', type=Path, help='such as mmav_coattn/weights/events.pth')
    return parser.parse_args()


def main():
    args = parse_args()
    state, _ = read_state(args.checkpoint)
    half = {
        name: value.half().contiguous() if value.is_floating_point() else value
        for name, value in state.items()
    }
    args.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(dict(state_dict=half), args.out)
    values = sum(value.numel() for value in half.values())
    print(f'{args.out}: {values / 1e6:.2f} M values, {args.out.stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    run_tool(main)
