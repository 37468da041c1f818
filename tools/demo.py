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

TOOLS = Path(__file__).resolve().parent
CONFIG = TOOLS.parent / 'configs/coattn_pretrain_demo.py'
SPLITS = ('--train', '--val', '--test')


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        '--work-dir', type=Path, default=Path('work_dirs/demo'), help='default: work_dirs/demo'
    )
    parser.add_argument(
        '--data-root',
        type=Path,
        default=Path('data/sounding_shapes'),
        help='folder of the videos; default: data/sounding_shapes',
    )
    parser.add_argument('--seed', type=int, default=0, help='of the training; default: 0')
    parser.add_argument('--epochs', type=int, help="default: the config's")
    parser.add_argument(
        '--clips',
        type=int,
        nargs=3,
        metavar=('TRAIN', 'VAL', 'TEST'),
        help='clips of each split; default: the full set',
    )
    return parser.parse_args()


def run(step: str, tool: str, *arguments) -> None:
    """Run one tool as its own process; its failure ends the demo."""
    command = [str(part) for part in (sys.executable, TOOLS / tool, *arguments)]
    print(f'\n== {step}\n   $ {" ".join(command[1:])}', flush=True)
    start = time.monotonic()
    code = subprocess.run(command, check=False).returncode
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
    options = cfg_options(args)
    clips = args.clips or (1200, 300, 300)
    begin = time.monotonic()
    counts = [part for pair in zip(SPLITS, clips, strict=True) for part in pair]
    folder = ['--out', args.data_root, '--tier', 'medium']
    run('generate SoundingShapes', 'data/sounding_shapes/generate.py', *folder, *counts)
    done = args.work_dir / 'demo_trained'
    if done.is_file():
        print(f'\n== train: {done} says that it is done; delete {args.work_dir} to train again')
    else:
        settings = ['--work-dir', args.work_dir, '--seed', args.seed, '--resume', *options]
        run('train', 'train.py', CONFIG, *settings)
        done.write_text('tools/demo.py wrote this after a whole training.\n')
    # The last epoch, not the best one: choosing an epoch by a score would flatter the score.
    checkpoint = Path((args.work_dir / 'last_checkpoint').read_text().strip())
    run('evaluate', 'test.py', CONFIG, checkpoint, '--work-dir', args.work_dir / 'test', *options)
    video = args.data_root / 'medium/test/000000.mp4'
    overlay, curves = args.work_dir / 'overlay.mp4', args.work_dir / 'curves.png'
    network = ['--config', CONFIG, '--network', checkpoint]
    run('overlay video', 'localize.py', video, *network, '--out', overlay)
    run('training curves', 'analysis_tools/plot_curves.py', args.work_dir, '--out', curves)

    results_file = newest(args.work_dir / 'test', '*/*.json')
    results = json.loads(results_file.read_text().strip().splitlines()[-1])
    print(
        f'\n== done in {time.monotonic() - begin:.0f} s. Held-out SoundingShapes medium, '
        f'N = {results["sync/num_clips"]:.0f} clips, one in-sync and one shifted window each '
        f'(seed {args.seed}, last epoch):'
    )
    for name, key, note in (
        ('sync accuracy', 'accuracy', '   (chance 0.500)'),
        ('video blanked', 'accuracy_video_blank', '   (must be chance)'),
        ('audio blanked', 'accuracy_audio_blank', '   (must be chance)'),
        ('still frame', 'accuracy_video_still', '   (must be chance)'),
        ('AUROC', 'auroc', ''),
    ):
        print(f'   {name:<23}{results[f"sync/{key}"]:.3f}{note}')
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
