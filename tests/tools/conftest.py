"""Small recipes and real files that the tests of the tools share."""

import pytest
from media_factory import write_clip
from models.tiny import MODEL
from paths import CONFIGS

from mmav_coattn.datasets.video_lists import is_held_out

#: The recipe for one's own folder with a tiny network.
FOLDER = f"""
_base_ = {str(CONFIGS / 'coattn_pretrain_folder.py')!r}
model = {dict(MODEL, _delete_=True)!r}
loader = dict(batch_size=2, num_workers=0, persistent_workers=False, pin_memory=False)
train_dataloader = dict(**loader)
val_dataloader = dict(**loader)
test_dataloader = dict(**loader)
default_hooks = dict(logger=dict(interval=1))
"""


@pytest.fixture(scope='session')
def folder_config(tmp_path_factory):
    path = tmp_path_factory.mktemp('recipes') / 'folder.py'
    path.write_text(FOLDER)
    return path


@pytest.fixture(scope='session')
def videos(tmp_path_factory):
    """Three videos, one of which the folder recipe holds out."""
    folder = tmp_path_factory.mktemp('videos')
    names = [f'{i}.mp4' for i in range(200)]
    held_out = next(name for name in names if is_held_out(name, 0.05))
    used = [name for name in names if not is_held_out(name, 0.05)]
    write_clip(folder / held_out, duration=4.5)
    for name in used[:2]:
        (folder / name).write_bytes((folder / held_out).read_bytes())
    return folder
