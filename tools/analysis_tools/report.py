"""Make one HTML file of a work directory: results, training curves, clips to play."""

import argparse
import tempfile
from pathlib import Path

from mmengine.config import DictAction

import mmav_coattn  # noqa: F401  (before mmaction.models: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.config import load_config
from mmav_coattn.errors import ConfigError, UserError
from mmav_coattn.experiments.report.ranked_clips import rank_clips, show_clips
from mmav_coattn.experiments.report.report_page import render_report
from mmav_coattn.experiments.report.work_dir import read_work_dir
from mmav_coattn.visualization import plot_training_curves


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('work_dir', type=Path, help='work folder of tools/train.py')
    parser.add_argument('--out', type=Path, help='default: report.html in the work folder')
    parser.add_argument('--config', help='default: the one that training left in the folder')
    parser.add_argument(
        '--checkpoint', type=Path, help='for the clips; default: the newest whole one'
    )
    parser.add_argument('--no-clips', action='store_true', help='only figures and curves')
    parser.add_argument(
        '--num-ranked', type=int, default=60, help='test clips to judge at most; default: 60'
    )
    parser.add_argument('--device', default='cpu', help='cpu or cuda; default: cpu')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='change settings; data_root=FOLDER where the test set has moved',
    )
    args = parser.parse_args()
    if args.num_ranked < 1:
        parser.error('--num-ranked must be 1 or more')
    return args


def draw_curves(work_dir, notes):
    """The curves as PNG, or a note where nothing was trained here."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return plot_training_curves(work_dir.path, Path(folder, 'curves.png')).read_bytes()
        except UserError as error:
            notes.append(f'No training curves: {error}')
            return None


def collect_clips(args, cfg, checkpoint):
    """Ranked clips with their overlays, and how many were judged and could not be."""
    from mmaction.registry import DATASETS

    from mmav_coattn.apis import AudioVisualInferencer

    inferencer = AudioVisualInferencer(cfg, checkpoint, device=args.device)
    ranked, unusable = rank_clips(
        inferencer, DATASETS.build(cfg.test_dataloader.dataset), args.num_ranked
    )
    shown = show_clips(inferencer, ranked)
    return dict(clips=shown, num_ranked=len(ranked), num_unusable=unusable)


def main():
    args = parse_args()
    work_dir = read_work_dir(args.work_dir)
    if args.config:
        work_dir = work_dir._replace(config=Path(args.config))
    if args.checkpoint:
        work_dir = work_dir._replace(checkpoint=args.checkpoint)
    notes, clips, facts = [], {}, {}
    if work_dir.config is not None:
        cfg = load_config(str(work_dir.config), args.cfg_options)
        seed = (cfg.get('randomness') or {}).get('seed')
        facts['seed of the training'] = 'drawn at random' if seed is None else str(seed)
    curves = draw_curves(work_dir, notes)
    if not args.no_clips:
        if work_dir.config is None or work_dir.checkpoint is None:
            raise ConfigError(
                f'{args.work_dir}: clips need a config and a checkpoint, and one of them is not '
                'there: give --config and --checkpoint, or --no-clips.'
            )
        if cfg.get('test_dataloader') is None:
            raise ConfigError(f'{work_dir.config}: has no test_dataloader; give --no-clips.')
        clips = collect_clips(args, cfg, work_dir.checkpoint)
    out = args.out or args.work_dir / 'report.html'
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(
        render_report(work_dir, curves, facts=facts, notes=notes, **clips), encoding='utf-8'
    )
    print(f'{out}: {out.stat().st_size / 1e6:.1f} MB')


if __name__ == '__main__':
    run_tool(main)
