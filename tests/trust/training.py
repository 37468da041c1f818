"""A training of seconds on a CPU, as a process, for tests of what happens when it is disturbed."""

import json
import os
import subprocess
import sys
from pathlib import Path

from media_factory import write_clip
from mmengine.config import Config
from models.tiny import MODEL
from paths import ROOT, TOOLS
from pipelines import sync_pipeline
from tool_process import free_port

CLIPS, BATCH = 8, 2
EPOCH = CLIPS // BATCH
AUGMENTATION = [dict(type='RandomCrop', size=24), dict(type='Flip', flip_ratio=0.5)]


def write_videos(folder: Path) -> Path:
    """A folder of short clips."""
    folder.mkdir()
    for number in range(CLIPS):
        write_clip(folder / f'{number}.mp4', duration=1.2, size=(32, 32), fps=10, level=0.1)
    return folder


def write_recipe(path: Path, videos: Path, *, epochs: int, checkpoint: dict, **changes) -> Path:
    """A recipe with every kind of randomness: order, windows, crops, flips."""
    pipeline = sync_pipeline(4, between=AUGMENTATION, clip_seconds=0.4, min_shift=0.2)
    dataset = dict(type='AudioVisualDataset', data_root=str(videos), pipeline=pipeline)
    sampler = dict(type='ResumableSampler', shuffle=True)
    loader = dict(batch_size=BATCH, num_workers=1, persistent_workers=True, drop_last=True)
    cosine = dict(type='CosineAnnealingLR', T_max=epochs, convert_to_iter_based=True)
    hooks = 'ExactResumeHook NonFiniteLossHook UnusableMediaReportHook KillDuringSaveHook'
    imports = ['mmav_coattn', 'trust.killer']
    cfg = Config(
        dict(
            default_scope='mmaction',
            custom_imports=dict(imports=imports, allow_failed_imports=False),
            model=MODEL,
            train_dataloader=dict(sampler=sampler, dataset=dataset, **loader),
            train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=epochs),
            optim_wrapper=dict(optimizer=dict(type='AdamW', lr=1e-3), clip_grad=dict(max_norm=5.0)),
            param_scheduler=[cosine],
            default_hooks=dict(
                logger=dict(type='LoggerHook', interval=1),
                checkpoint=dict(type='CheckpointHook', max_keep_ckpts=3, **checkpoint),
            ),
            custom_hooks=[dict(type=hook) for hook in hooks.split()],
            log_processor=dict(window_size=1),
            randomness=dict(seed=5, deterministic=True),
            env_cfg=dict(cudnn_benchmark=False, mp_cfg=dict(mp_start_method='fork')),
        )
    )
    cfg.merge_from_dict(changes)
    cfg.dump(path)
    return path


def start(recipe: Path, work_dir: Path, *flags, processes=1, **environment) -> subprocess.Popen:
    """Begin ``tools/train.py`` as a process, or ``tools/dist_train.sh``, in a session of its own.

    Its output goes to ``work_dir.output``.
    """
    command = [sys.executable, TOOLS / 'train.py', recipe]
    environment |= dict(PYTHONPATH=f'{ROOT}{os.pathsep}{ROOT / "tests"}', OMP_NUM_THREADS='1')
    if processes > 1:
        command = [TOOLS / 'dist_train.sh', recipe, str(processes)]
        environment |= dict(PYTHON=sys.executable, PORT=free_port())
    return subprocess.Popen(
        [*command, '--work-dir', work_dir, *flags],
        env=os.environ | environment,
        stdout=Path(f'{work_dir}.output').open('ab'),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def read_losses(work_dir: Path) -> dict[int, set[float]]:
    """Every loss that any run in this work folder logged, by iteration from 1."""
    losses: dict[int, set[float]] = {}
    for file in Path(work_dir).glob('*/vis_data/scalars.json'):
        for line in file.read_text().splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue  # the line during which the process was killed
            if 'loss' in entry:
                losses.setdefault(entry['step'], set()).add(entry['loss'])
    return losses
