import importlib.util
import re
import sys
import zipfile
from importlib.machinery import ModuleSpec
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner import checkpoint, load_checkpoint
from torch import nn

from mmav_coattn import compat
from mmav_coattn.errors import CheckpointError, CheckpointNotFoundError, MissingDependencyError


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
    torch.save(nn.Linear(2, 1).state_dict(), path)
    path.write_bytes(path.read_bytes()[:500] if content is None else content)
    with pytest.raises(CheckpointError, match='not a checkpoint that torch can read') as caught:
        load_checkpoint(nn.Linear(2, 1), str(path))
    assert str(caught.value).startswith(str(path))
    with pytest.raises(CheckpointNotFoundError, match=r'none\.pth: there is no such checkpoint'):
        load_checkpoint(nn.Linear(2, 1), str(tmp_path / 'none.pth'))


@pytest.mark.parametrize('new_format', [True, False])
def test_other_failures_with_a_whole_file_keep_their_own_words(tmp_path, monkeypatch, new_format):
    path = tmp_path / 'a.pth'
    model = nn.Linear(2, 1)
    torch.save(model.state_dict(), path, _use_new_zipfile_serialization=new_format)
    load_checkpoint(model, str(path))
    monkeypatch.setattr(torch, 'load', Mock(side_effect=RuntimeError('CUDA out of memory')))
    with pytest.raises(RuntimeError, match='CUDA out of memory') as caught:
        load_checkpoint(model, str(path))
    assert not isinstance(caught.value, CheckpointError)


def test_applying_twice_changes_nothing():
    def state():
        load = checkpoint.CheckpointLoader.load_checkpoint.__func__, checkpoint.load_url
        return *load, HistoryBuffer.__reduce__, sys.modules.get(compat.DRN_PACKAGE)

    before = state()
    compat.apply()
    assert state() == before


def test_a_placeholder_stands_in_for_a_missing_drn_alone(tmp_path, monkeypatch):
    """In an mmaction2 of the test's making, found instead of the installed one."""
    spec = ModuleSpec('mmaction', loader=None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: spec)
    for name in (compat.DRN_PACKAGE, f'{compat.DRN_PACKAGE}.drn'):
        monkeypatch.delitem(sys.modules, name, raising=False)

    folder = tmp_path / 'models/localizers/drn'
    folder.mkdir(parents=True)
    (folder / 'drn.py').touch()
    compat.provide_missing_drn()
    assert compat.DRN_PACKAGE not in sys.modules
    (folder / 'drn.py').unlink()
    compat.provide_missing_drn()
    with pytest.raises(ImportError, match='does not contain the DRN localizer'):
        sys.modules[compat.DRN_PACKAGE].drn.DRN(vocab_size=3)


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
