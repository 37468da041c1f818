"""Draw on a video where its sound comes from, and keep the sound."""

import argparse
from pathlib import Path

from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.apis.tool_runner import run_tool
from mmav_coattn.errors import DataNotFoundError


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file of the network')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('video', help='a video with sound')
    parser.add_argument('--out', required=True, help='MP4 to write')
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    return parser.parse_args()


def main():
    args = parse_args()
    for path in (args.checkpoint, args.video):
        if not Path(path).is_file():
            raise DataNotFoundError(f'{path}: there is no such file.')
    inferencer = AudioVisualInferencer(args.config, args.checkpoint, args.device)
    result = inferencer.localize(args.video, args.out)
    print(
        f'{args.out}: {len(result.times)} maps over {len(result.scores)} windows; '
        f'mean logit of "in sync" {result.scores.mean():.2f}'
    )


if __name__ == '__main__':
    run_tool(main)
