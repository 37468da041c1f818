"""What predictors that see neither video nor audio score on a test set of source localisation.

Needs the annotation only. Centre disc and whole image are what a method has to beat; the perfect
mask at half the image is the most that the standard protocol can give.
"""

import argparse
from pathlib import Path

from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.datasets.localization.flickr_soundnet import read_flickr_boxes
from mmav_coattn.datasets.localization.vggss import read_vggss
from mmav_coattn.errors import ConfigError
from mmav_coattn.evaluation.functional import consensus_map, floors_of_ground_truth

TITLES = dict(
    centre_disc='centre disc, half the image',
    centre_disc_adaptive='centre disc, adaptive',
    whole_image='whole image',
    perfect_half='perfect mask, half the image',
)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument('--vggss', type=Path, help='vggss.json')
    group.add_argument('--flickr', type=Path, help='folder of the XML files of Flickr-SoundNet')
    parser.add_argument('--size', type=int, default=224, help='side of the maps, px; default: 224')
    return parser.parse_args()


def read_clips(args: argparse.Namespace) -> list[dict]:
    """Boxes and annotators of every clip."""
    path = args.vggss or args.flickr
    if not path.exists():
        raise ConfigError(f'{path}: there is no such annotation.')
    if args.vggss:
        return read_vggss(path)
    files = sorted(path.glob('*.xml'))
    if not files:
        raise ConfigError(f'{path}: there is no XML file in this folder.')
    return [dict(boxes=read_flickr_boxes(file), annotators=2) for file in files]


def main():
    args = parse_args()
    clips = read_clips(args)
    floors = floors_of_ground_truth(
        consensus_map(clip['boxes'], clip['annotators'], args.size) for clip in clips
    )
    print(f'N = {len(clips):,} images, {args.size} px\n')
    print('| predictor | cIoU@0.5, % | AUC, % |\n|---|---|---|')
    for name, figures in floors.items():
        print(f'| {TITLES[name]} | {100 * figures["ciou50"]:.2f} | {100 * figures["auc"]:.2f} |')


if __name__ == '__main__':
    run_tool(main)
