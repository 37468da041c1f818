"""Pack a set into tar shards for ShardedAudioVisualDataset, in an order shuffled by seed."""

import argparse
import random
from pathlib import Path

import mmav_coattn  # noqa: F401  (before mmaction: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.datasets.shards import write_shards


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('data_root', help='folder of the videos')
    parser.add_argument('out', type=Path, help='folder for the shards')
    parser.add_argument('--ann-file', default='', help='only the files of this list or table')
    parser.add_argument('--shard-mb', type=float, default=1000.0, help='size of a shard, MB')
    parser.add_argument('--seed', type=int, default=0, help='of the order')
    return parser.parse_args()


def main():
    args = parse_args()
    dataset = AudioVisualDataset(ann_file=args.ann_file, data_root=args.data_root, lazy_init=True)
    items = dataset.load_data_list()
    random.Random(args.seed).shuffle(items)
    index = write_shards(Path(dataset.video_root), items, args.out, args.shard_mb * 1e6)
    print(f'{index["num_videos"]} videos in {len(index["shards"])} shards in {args.out}.')


if __name__ == '__main__':
    run_tool(main)
