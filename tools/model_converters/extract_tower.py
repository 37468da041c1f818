"""Take the visual or the audio tower out of a checkpoint, for any recipe of mmaction2.

  python tools/model_converters/extract_tower.py work_dirs/demo/epoch_9.pth tower.pth
  python tools/train.py RECIPE --cfg-options load_from=tower.pth

The recipe's backbone must have the settings of the tower; --config prints them.
"""

import argparse
from pathlib import Path

import mmav_coattn  # noqa: F401  (before mmaction.models: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.config import load_config
from mmav_coattn.experiments.transfer.towers import TOWERS, convert_tower, load_tower


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('checkpoint', type=Path, help='of the pretext network')
    parser.add_argument('out', type=Path, help='file to write')
    parser.add_argument('--tower', choices=TOWERS, default='visual', help='default: visual')
    parser.add_argument(
        '--config',
        help='config of the checkpoint: check the tower against it, and print what a recipe needs',
    )
    return parser.parse_args()


def describe(cfg, args):
    """Check the tower against its config and print the lines that a recipe needs."""
    from mmaction.registry import MODELS
    from mmengine.registry import init_default_scope

    init_default_scope(cfg.get('default_scope', 'mmaction'))
    backbone = cfg.model.backbone[args.tower]
    match = load_tower(MODELS.build(backbone), args.out, args.tower)
    print(f'against {args.config}: {match.sentence()}')
    print(f'model.backbone = {dict(backbone)}')
    if args.tower == 'visual':
        settings = dict(cfg.model.data_preprocessor, format_shape='NCTHW')
        settings['type'] = 'ActionDataPreprocessor'
        if settings.get('subtract_mean_frame'):
            settings['type'] = 'MotionDataPreprocessor'
        for name in ('log_mel', 'mix_audio', 'subtract_mean_frame'):
            settings.pop(name, None)
        print(f'model.data_preprocessor = {settings}')


def main():
    args = parse_args()
    keys = convert_tower(args.checkpoint, args.out, args.tower)
    print(f'{args.out}: {len(keys)} entries of the {args.tower} tower, {keys[0]} and so on')
    if args.config:
        describe(load_config(args.config), args)


if __name__ == '__main__':
    run_tool(main)
