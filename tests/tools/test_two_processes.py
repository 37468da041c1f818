"""Two processes of a launcher, without GPUs, train as one with the same global batch does.

Statistics of a batch differ between processes, so batch normalisation keeps those it begins with.
The network is in double precision: in single precision, rounding grows from 1e-7 to 5e-3 within 20
steps. A wrong average of gradients, or clips drawn twice, differs in both.
"""

import json

import numpy as np
import pytest
from media_factory import write_clip
from models.tiny import MODEL
from paths import CONFIGS, ROOT, TOOLS
from pipelines import sync_pipeline
from tool_process import free_port, start_process

STEPS = 20
BATCH = 4
NECK = dict(type='CoAttentionNeck', in_channels=(16, 16), embed_dims=16)
RECOGNIZER = dict(MODEL, _delete_=True, type='DoubleRecognizer', neck=NECK)

CONFIG = f"""
_base_ = {str(CONFIGS / 'coattn_pretrain_folder.py')!r}
model = {RECOGNIZER!r}
custom_imports = dict(imports=['mmav_coattn', 'note_losses'], allow_failed_imports=False)
custom_hooks = [dict(type='NoteLosses')]
train_pipeline = {sync_pipeline(8, 32, clip_seconds=1.0, min_shift=0.4, test_mode=True)!r}
train_dataloader = dict(
    num_workers=0, persistent_workers=False, pin_memory=False, drop_last=True,
    dataset=dict(held_out=None, pipeline=train_pipeline))
default_hooks = dict(checkpoint=dict(interval=-1), logger=dict(interval=1))
param_scheduler = []
# Adam divides gradients by their size, and so makes rounding errors of tiny ones as large as steps.
optim_wrapper = dict(optimizer=dict(_delete_=True, type='SGD', lr=0.003, weight_decay=0.0))
"""

#: mmengine logs the losses of the first process alone.
HOOK = """
import json, os
from pathlib import Path
import torch
from mmaction.registry import HOOKS, MODELS
from mmav_coattn.models.recognizers import AudioVisualRecognizer
from mmengine.hooks import Hook
from torch.nn.modules.batchnorm import _BatchNorm

def weights(runner):
    return torch.cat([each.detach().flatten() for each in runner.model.parameters()]).clone()

@MODELS.register_module()
class DoubleRecognizer(AudioVisualRecognizer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.double()

    def neck_inputs(self, inputs):
        names = ('imgs', 'log_mels')
        return super().neck_inputs(inputs | {name: inputs[name].double() for name in names})

@HOOKS.register_module()
class NoteLosses(Hook):
    def __init__(self):
        self.losses = []

    def before_train(self, runner):
        self.start = weights(runner)

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        for each in runner.model.modules():
            if isinstance(each, _BatchNorm):
                each.eval()

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.losses.append(float(outputs['loss_sync']))

    def after_train(self, runner):
        noted = dict(losses=self.losses, steps=(weights(runner) - self.start).tolist())
        path = Path(runner.work_dir, f'noted_{os.environ.get("RANK", "0")}.json')
        path.write_text(json.dumps(noted))
"""


def start(folder, work_dir, batch, *arguments, **environment):
    options = [f'data_root={folder / "videos"}', f'train_dataloader.batch_size={batch}']
    return start_process(
        *(TOOLS / 'train.py', folder / 'config.py', '--no-validate', '--seed', 0),
        *('--work-dir', folder / work_dir, *arguments, '--cfg-options', *options),
        f'train_cfg.max_epochs={STEPS // 2}',
        **dict(PYTHONPATH=f'{ROOT}:{folder}', **environment),
    )


def noted(folder, rank):
    """Losses (20,) of a process, and how far training moved all weights."""
    return map(np.array, json.loads((folder / f'noted_{rank}.json').read_text()).values())


@pytest.mark.slow
def test_same_losses(tmp_path):
    (tmp_path / 'videos').mkdir()
    for number in range(2 * BATCH):
        write_clip(tmp_path / f'videos/{number}.mp4', duration=2.4, events=(0.4 + number / 8, 1.9))
    (tmp_path / 'config.py').write_text(CONFIG)
    (tmp_path / 'note_losses.py').write_text(HOOK)
    where = dict(WORLD_SIZE='2', MASTER_ADDR='127.0.0.1', MASTER_PORT=free_port())
    command = (tmp_path, 'two', BATCH // 2, '--launcher', 'pytorch')
    ranks = [start(*command, **where, RANK=rank, LOCAL_RANK=rank) for rank in ('0', '1')]
    for process in (start(tmp_path, 'one', BATCH), *ranks):
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    one, moved = noted(tmp_path / 'one', 0)
    halves, ends = zip(*(noted(tmp_path / 'two', rank) for rank in range(2)), strict=True)
    assert len(one) == STEPS
    # The halves of a batch have losses of their own; their mean is that of the whole batch.
    assert np.abs(halves[0] - halves[1]).max() > 1e-3
    assert np.abs(np.mean(halves, axis=0) - one).max() < 1e-6
    # Training moved the weights, and both trainings moved them alike.
    assert np.linalg.norm(moved) > 1e-3
    assert max(np.linalg.norm(x - moved) for x in ends) < 1e-4 * np.linalg.norm(moved)
