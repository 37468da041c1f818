"""Find the audio of each silent video, and the video of each audio segment, among N clips.

  python tools/transfer/cross_modal.py configs/coattn_pretrain_demo.py work_dirs/demo/epoch_9.pth

The score is the pretext network's logit of "in sync".
"""

import argparse

from mmaction.registry import DATASETS
from mmengine.config import DictAction
from mmengine.runner import set_random_seed

import mmav_coattn  # noqa: F401  (before mmaction.models: today's stack needs its shims)
from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.config import load_config
from mmav_coattn.errors import UserError
from mmav_coattn.evaluation.functional import cross_modal_retrieval
from mmav_coattn.experiments.transfer.cross_modal import all_pair_scores


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='of the pretext network; its test set is used')
    parser.add_argument('checkpoint', help='its weights, or `random`')
    parser.add_argument('--num-clips', type=int, default=100, help='the first N; default: 100')
    parser.add_argument('--seed', type=int, default=0, help='of random weights')
    parser.add_argument('--device', default='cpu', help='cpu or cuda; default: cpu')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, help='settings, as key=value'
    )
    return parser.parse_args()


def main():
    args = parse_args()
    cfg = load_config(args.config, args.cfg_options)
    set_random_seed(args.seed)
    random = args.checkpoint == 'random'
    inferencer = AudioVisualInferencer(cfg, None if random else args.checkpoint, args.device)
    if random:
        inferencer.model.init_weights()
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    dataset.full_init()
    dataset.get_subset_(min(args.num_clips, len(dataset)))
    scores, names, unusable = all_pair_scores(inferencer.model, dataset)
    if unusable:
        print(f'{len(unusable)} clips left out: ' + '; '.join(unusable[:5]))
    if len(names) < 2:
        raise UserError(f'{len(names)} clips could be used; retrieval needs two or more.')
    ks = [k for k in (1, 5, 10, 20, 50) if k <= len(names)]
    found = cross_modal_retrieval(scores, ks)
    print(f'N = {len(names)} clips; chance R@k is k / N.')
    for direction in ('video->audio', 'audio->video'):
        cells = ', '.join(f'R@{k} {100 * found[f"{direction} R@{k}"]:.1f}' for k in ks)
        print(f'{direction}: {cells}; median rank {found[f"{direction} median rank"]:.0f}')


if __name__ == '__main__':
    run_tool(main)
