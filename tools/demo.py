"""Generate SoundingShapes, train the small recipe, evaluate it, and show what it learned.

Every step goes through the same tools that anyone would use, and is left out where its result is
already there.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / 'configs/coattn_pretrain_demo.py'


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/demo'))
    parser.add_argument('--data-root', type=Path, default=Path('data/sounding_shapes'))
    parser.add_argument('--seed', type=int, default=0, help='of the training')
    parser.add_argument('--epochs', type=int, help="default: the config's")
    parser.add_argument(
        '--clips',
        type=int,
        nargs=3,
        metavar=('TRAIN', 'VAL', 'TEST'),
        help='clips of each split; default: the full set',
    )
    return parser.parse_args()


def run(step: str, *command) -> None:
    """Run one step as its own process; its failure ends the demo."""
    print(f'\n== {step}\n   $ {" ".join(str(part) for part in command[1:])}', flush=True)
    start = time.monotonic()
    code = subprocess.run([str(part) for part in command], check=False).returncode
    if code:
        raise UserError(f'The demo stopped: "{step}" ended with exit code {code}; see above.')
    print(f'   {step}: {time.monotonic() - start:.0f} s', flush=True)


def newest(folder: Path, pattern: str) -> Path:
    """The last written file of a pattern."""
    files = sorted(folder.glob(pattern), key=lambda file: file.stat().st_mtime)
    if not files:
        raise UserError(f'{folder}: no {pattern} there, although the step before has ended.')
    return files[-1]


def cfg_options(args) -> list[str]:
    """The options that every tool of the demo gets."""
    options = ['--cfg-options', f'data_root={args.data_root}']
    if args.clips:
        options += [
            f'{split}_dataloader.dataset.num_clips={count}'
            for split, count in zip(('train', 'val', 'test'), args.clips, strict=True)
        ]
    if args.epochs:
        options += [f'train_cfg.max_epochs={args.epochs}']
    return options


def main():
    args = parse_args()
    python, options = sys.executable, cfg_options(args)
    clips = args.clips or (1200, 300, 300)
    begin = time.monotonic()

    run(
        'generate SoundingShapes',
        python,
        ROOT / 'tools/data/sounding_shapes/generate.py',
        '--out',
        args.data_root,
        '--tier',
        'medium',
        '--train',
        clips[0],
        '--val',
        clips[1],
        '--test',
        clips[2],
    )
    done = args.work_dir / 'demo_trained'
    if done.is_file():
        print(f'\n== train: {done} says that it is done; delete {args.work_dir} to train again')
    else:
        run(
            'train',
            python,
            ROOT / 'tools/train.py',
            CONFIG,
            '--work-dir',
            args.work_dir,
            '--seed',
            args.seed,
            '--resume',
            *options,
        )
        done.write_text('tools/demo.py wrote this after a whole training.\n')
    # The last epoch, not the best one: choosing an epoch by a score would flatter the score.
    checkpoint = Path((args.work_dir / 'last_checkpoint').read_text().strip())
    run(
        'evaluate',
        python,
        ROOT / 'tools/test.py',
        CONFIG,
        checkpoint,
        '--work-dir',
        args.work_dir / 'test',
        *options,
    )
    video = args.data_root / 'medium/test/000000.mp4'
    overlay = args.work_dir / 'overlay.mp4'
    run(
        'overlay video',
        python,
        ROOT / 'tools/localize.py',
        video,
        '--config',
        CONFIG,
        '--network',
        checkpoint,
        '--out',
        overlay,
    )
    curves = args.work_dir / 'curves.png'
    run(
        'training curves',
        python,
        ROOT / 'tools/analysis_tools/plot_curves.py',
        args.work_dir,
        '--out',
        curves,
    )

    results_file = newest(args.work_dir / 'test', '*/*.json')
    results = json.loads(results_file.read_text().strip().splitlines()[-1])
    print(
        f'\n== done in {time.monotonic() - begin:.0f} s. Held-out SoundingShapes medium, '
        f'N = {results["sync/num_clips"]:.0f} clips, one in-sync and one shifted window each '
        f'(seed {args.seed}, last epoch):'
    )
    print(f'   sync accuracy          {results["sync/accuracy"]:.3f}   (chance 0.500)')
    for name, key in (
        ('video blanked', 'video_blank'),
        ('audio blanked', 'audio_blank'),
        ('still picture', 'video_still'),
    ):
        print(f'   {name:<22} {results[f"sync/accuracy_{key}"]:.3f}   (must be chance)')
    print(f'   AUROC                  {results["sync/auroc"]:.3f}')
    print(f'   files left out         {results["sync/left_out"]:.0f}')
    for name, path in (
        ('videos', args.data_root / 'medium'),
        ('checkpoint', checkpoint),
        ('results', results_file),
        ('overlay video with audio', overlay),
        ('training curves', curves),
    ):
        print(f'   {name + ":":<26}{path}')


if __name__ == '__main__':
    run_tool(main)
