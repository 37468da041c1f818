import importlib.util
import re
import sys
import zipfile
from importlib.machinery import ModuleSpec
from unittest.mock import patch

import numpy as np
import pytest
import torch
from mmengine.dataset import DefaultSampler
from mmengine.logging import HistoryBuffer
from mmengine.model import BaseModel
from mmengine.runner import Runner, load_checkpoint
from torch import nn
from torch.utils.data import DataLoader

from mmav_coattn import compat
from mmav_coattn.errors import CheckpointError, CheckpointNotFoundError, MissingDependencyError


class TinyModel(BaseModel):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 1)

    def forward(self, inputs, mode='loss'):
        return dict(loss=self.linear(inputs).square().mean())


def build_runner(work_dir, max_epochs, **settings):
    data = [dict(inputs=torch.tensor([float(i), 1.0])) for i in range(4)]
    return Runner(
        model=TinyModel(),
        work_dir=str(work_dir),
        train_dataloader=DataLoader(data, 2, sampler=DefaultSampler(data, shuffle=False)),
        optim_wrapper=dict(optimizer=dict(type='AdamW', lr=0.1)),
        train_cfg=dict(by_epoch=True, max_epochs=max_epochs),
        default_hooks=dict(logger=dict(type='LoggerHook', interval=1)),
        visualizer=dict(type='Visualizer', name=f'{work_dir.name}_{max_epochs}'),
        experiment_name=f'{work_dir.name}_{max_epochs}',
        **settings,
    )


def test_a_real_checkpoint_resumes_with_its_history(tmp_path):
    first = build_runner(tmp_path, max_epochs=1)
    first.train()
    losses = first.message_hub.log_scalars['train/loss'].data[0]
    assert len(losses) == 2

    saved = str(tmp_path / 'epoch_1.pth')
    second = build_runner(tmp_path, max_epochs=2, resume=True, load_from=saved)
    second.load_or_resume()
    assert (second.epoch, second.iter) == (1, 2)
    np.testing.assert_array_equal(second.message_hub.log_scalars['train/loss'].data[0], losses)
    second.train()
    assert second.iter == 4
    assert len(second.message_hub.log_scalars['train/loss'].data[0]) == 4


@pytest.mark.parametrize('dtype', ['bool', 'int8', 'int64', 'uint16', 'float16', 'float64'])
def test_history_and_numpy_values_load_as_plain_weights(tmp_path, dtype):
    history = HistoryBuffer([3.0, 2.0, 1.0], [1, 1, 2], max_length=7)
    array = np.array([[0, 1], [1, 0]], dtype=dtype)
    torch.save(dict(history=history, array=array, scalar=array[0, 1]), tmp_path / 'a.pth')
    loaded = torch.load(tmp_path / 'a.pth', weights_only=True)
    np.testing.assert_array_equal(loaded['history'].data, [[3, 2, 1], [1, 1, 2]])
    assert loaded['history'].max_length == 7
    assert loaded['history'].mean() == pytest.approx(6 / 4)
    assert loaded['array'].dtype == dtype and loaded['scalar'].dtype == dtype
    np.testing.assert_array_equal(loaded['array'], array)
    assert loaded['scalar'] == 1


@pytest.mark.parametrize('core', [b'numpy.core', b'numpy._core'])
def test_arrays_written_by_numpy_1_and_2_load(tmp_path, core):
    torch.save(dict(array=np.arange(3.0), scalar=np.float64(2.5)), tmp_path / 'own.pth')
    with zipfile.ZipFile(tmp_path / 'own.pth') as own:
        content = {name: own.read(name) for name in own.namelist()}
    with zipfile.ZipFile(tmp_path / 'other.pth', 'w') as other:
        for name, data in content.items():
            if name.endswith('data.pkl'):
                data, found = re.subn(rb'numpy\._?core(?=\.multiarray)', core, data)
                assert found == 2
            other.writestr(name, data)
    loaded = torch.load(tmp_path / 'other.pth', weights_only=True)
    np.testing.assert_array_equal(loaded['array'], [0, 1, 2])
    assert loaded['scalar'] == 2.5


@pytest.mark.parametrize('content', [b'', b'hello world', b'\x80\x02garbage', None])
def test_what_is_no_checkpoint_is_named_as_such(tmp_path, content):
    path = tmp_path / 'a.pth'
    torch.save(TinyModel().state_dict(), path)
    path.write_bytes(path.read_bytes()[:500] if content is None else content)
    with pytest.raises(CheckpointError, match='not a checkpoint that torch can read') as caught:
        load_checkpoint(TinyModel(), str(path))
    assert str(caught.value).startswith(str(path))


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(CheckpointNotFoundError, match=r'none\.pth: there is no such checkpoint'):
        load_checkpoint(TinyModel(), str(tmp_path / 'none.pth'))


@pytest.mark.parametrize('new_format', [True, False])
def test_other_failures_with_a_whole_file_keep_their_own_words(tmp_path, monkeypatch, new_format):
    path = tmp_path / 'a.pth'
    torch.save(TinyModel().state_dict(), path, _use_new_zipfile_serialization=new_format)
    load_checkpoint(TinyModel(), str(path))

    def out_of_memory(*args, **kwargs):
        raise RuntimeError('CUDA out of memory')

    monkeypatch.setattr(torch, 'load', out_of_memory)
    with pytest.raises(RuntimeError, match='CUDA out of memory') as caught:
        load_checkpoint(TinyModel(), str(path))
    assert not isinstance(caught.value, CheckpointError)


def test_applying_twice_changes_nothing():
    from mmengine.runner import checkpoint

    def state():
        load = checkpoint.CheckpointLoader.load_checkpoint.__func__, checkpoint.load_url
        return *load, HistoryBuffer.__reduce__, sys.modules.get(compat.DRN_PACKAGE)

    before = state()
    compat.apply()
    assert state() == before


@pytest.fixture
def fake_mmaction(tmp_path, monkeypatch):
    """An mmaction2 whose folder the test fills, found instead of the installed one."""
    spec = ModuleSpec('mmaction', loader=None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: spec)
    with patch.dict(sys.modules):
        for name in (compat.DRN_PACKAGE, f'{compat.DRN_PACKAGE}.drn'):
            sys.modules.pop(name, None)
        yield tmp_path


def test_a_complete_mmaction_keeps_its_own_drn(fake_mmaction):
    folder = fake_mmaction / 'models/localizers/drn'
    folder.mkdir(parents=True)
    (folder / 'drn.py').touch()
    compat.provide_missing_drn()
    assert compat.DRN_PACKAGE not in sys.modules


def test_the_placeholder_stands_in_for_a_missing_drn_and_says_so(fake_mmaction):
    compat.provide_missing_drn()
    package = sys.modules[compat.DRN_PACKAGE]
    with pytest.raises(ImportError, match='does not contain the DRN localizer'):
        package.drn.DRN(vocab_size=3)


@pytest.mark.parametrize('missing', ['mmcv', 'mmaction', 'pkg_resources'])
def test_a_missing_dependency_is_named_with_the_command(monkeypatch, missing):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, 'find_spec', lambda name: None if name == missing else find_spec(name)
    )
    check = compat.require_pkg_resources if missing == 'pkg_resources' else compat.require_openmmlab
    with pytest.raises(MissingDependencyError, match=rf'{missing}.*pip install'):
        check()
    monkeypatch.undo()
    check()


def test_both_mmcv_in_one_environment_is_warned_of(monkeypatch, recwarn):
    monkeypatch.setattr(compat, 'distributions', lambda name: [name] * (name == 'mmcv'))
    compat.require_openmmlab()
    assert not recwarn.list
    monkeypatch.setattr(compat, 'distributions', lambda name: [name])
    with pytest.warns(UserWarning, match='Both mmcv and mmcv-lite'):
        compat.require_openmmlab()
