"""Print parameters and FLOPs of a config's network, per evaluated pair and per part.

python tools/analysis_tools/get_flops.py CONFIG --cfg-options num_frames=16 clip_seconds=1.0
"""

import argparse

from mmaction.registry import MODELS
from mmengine.config import DictAction
from mmengine.registry import init_default_scope

import mmav_coattn  # noqa: F401  (before mmaction.models: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.config import load_config
from mmav_coattn.experiments.complexity import input_size, network_complexity


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='config file')
    parser.add_argument('--size', type=int, help="height and width, px; default: the config's")
    parser.add_argument(
        '--num-windows', type=int, default=2, help='audio windows that a clip is compared with'
    )
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='change settings')
    return parser.parse_args()


def main():
    args = parse_args()
    cfg = load_config(args.config, args.cfg_options)
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    size, pairs = args.size or input_size(cfg), args.num_windows
    shape = cfg.num_frames, size, cfg.clip_seconds, cfg.audio_seconds
    report = network_complexity(MODELS.build(cfg.model), *shape, pairs)
    print(
        f'{args.config}: {cfg.num_frames} frames of {size} x {size} px, {cfg.clip_seconds} s, '
        f'{pairs} windows of {cfg.audio_seconds} s of audio'
    )
    print('| part | parameters, M | GFLOPs per clip |\n|---|---|---|')
    for name, (parameters, flops) in report.items():
        print(f'| {name} | {parameters / 1e6:.2f} | {flops / 1e9:.2f} |')
    print(
        f'GFLOPs per pair: {report["whole network"][1] / 1e9 / pairs:.2f} '
        '(multiply and add counted as two)'
    )


if __name__ == '__main__':
    run_tool(main)
