"""Write a trained network as the package ships it: float16 weights, and beside them its config.

The config holds what inference needs, the model and the pipeline of its clips.
"""

import argparse
from pathlib import Path

import torch
from mmengine.config import Config

import mmav_coattn  # noqa: F401  (plain weights only)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.config import load_config
from mmav_coattn.io import write_whole

#: What of a config goes along.
KEPT = ('default_scope', 'model', 'test_pipeline', 'face_crop')


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config of the training')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('out', type=Path, help='.pth to write; the config goes to .py beside it')
    return parser.parse_args()


def main():
    args = parse_args()
    cfg = load_config(args.config)
    state = torch.load(args.checkpoint, map_location='cpu', weights_only=True)['state_dict']
    half = {
        name: value.half().contiguous() if value.is_floating_point() else value
        for name, value in state.items()
    }
    args.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(dict(state_dict=half), args.out)
    kept = Config({name: cfg[name] for name in KEPT if name in cfg})
    text = f'# Written by tools/model_converters/ship_network.py.\n{kept.pretty_text}'
    write_whole(text, args.out.with_suffix('.py'))
    values = sum(value.numel() for value in half.values())
    print(f'{args.out}: {values / 1e6:.2f} M values, {args.out.stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    run_tool(main)
