"""No checkpoint runs code, whichever way torch is asked for it, and whoever asks.

Every test runs under the variable that turns torch's safe default round, so that a load left to
the default runs its code.
"""

import ast
import contextlib
import functools
import http.server
import io
import os
import pickle
import threading
import types
from pathlib import Path

import mmengine
import pytest
import torch
from hostile_checkpoints import FORMATS, LookUp, write_zip, write_zipped_legacy
from mmengine.runner import checkpoint
from mmengine.runner.checkpoint import CheckpointLoader
from torch import nn

from mmav_coattn import safe_load
from mmav_coattn.errors import CheckpointError

pytestmark = pytest.mark.filterwarnings(
    'ignore:.*TorchScript', 'ignore:.*torch.jit', 'ignore:Environment variable TORCH_FORCE_NO'
)


@pytest.fixture(autouse=True)
def torch_is_told_to_be_careless(monkeypatch):
    monkeypatch.setenv(safe_load.CONTRARY, '1')
    monkeypatch.delenv(safe_load.SWITCH, raising=False)


@pytest.fixture(params=FORMATS)
def hostile(request, tmp_path):
    """A hostile file, the mark it would leave, and what its refusal says."""
    write, words = FORMATS[request.param]
    write(tmp_path / 'hostile.pth', tmp_path / 'mark')
    return tmp_path / 'hostile.pth', tmp_path / 'mark', words


def test_the_files_are_hostile(hostile):
    path, mark, _ = hostile
    with contextlib.suppress(EOFError, TypeError, pickle.UnpicklingError, RuntimeError):
        torch.load(path)
    assert mark.exists()


@contextlib.contextmanager
def served(folder):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f'http://127.0.0.1:{server.server_port}'
        finally:
            server.shutdown()
            thread.join()


#: The loader of files, and what calls it by its schemes; tools are in test_malicious_checkpoint.py.
ENTRIES = dict(
    load_from_local=lambda path: checkpoint.load_from_local(str(path), 'cpu'),
    load_checkpoint=lambda path: checkpoint.load_checkpoint(nn.Linear(2, 1), str(path)),
    prefix=lambda path: checkpoint._load_checkpoint_with_prefix('a.', str(path)),
    pretrained=lambda path: mmengine.model.PretrainedInit(str(path))(nn.Linear(2, 1)),
)


@pytest.mark.parametrize('entry', ENTRIES)
def test_files_run_nothing(hostile, entry):
    path, mark, words = hostile
    with pytest.raises(CheckpointError, match=words) as caught:
        ENTRIES[entry](path)
    assert not mark.exists()
    assert str(caught.value).startswith(f'{path}: ') and '\n' not in str(caught.value)


@pytest.mark.parametrize(
    'fetch',
    [
        CheckpointLoader.load_checkpoint,
        functools.partial(checkpoint.load_url, weights_only=False),
        lambda url: mmengine.utils.dl_utils.load_url(url, None, 'cpu', False, False, None, False),
    ],
)
def test_the_net_runs_nothing(hostile, tmp_path, monkeypatch, fetch):
    path, mark, words = hostile
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    with served(path.parent) as site, pytest.raises(CheckpointError, match=words) as caught:
        url = f'{site}/hostile.pth'
        fetch(url)
    assert str(caught.value).startswith(f'{url}: ')
    assert not mark.exists()


def test_what_torch_hub_unpacks_runs_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'home'))
    write_zipped_legacy(tmp_path / 'a.pth', tmp_path / 'mark')
    with served(tmp_path) as site, pytest.raises(CheckpointError, match='refused'):
        CheckpointLoader.load_checkpoint(f'{site}/a.pth')
    assert not (tmp_path / 'mark').exists()
    assert (tmp_path / 'home/hub/checkpoints/inner.pth').exists()


def falls_back(file, map_location=None):
    """As ``onedl-mmengine 0.10.12`` loads."""
    import pickle

    try:
        with torch.serialization.safe_globals([getattr]):
            return torch.load(file, map_location=map_location, weights_only=True)
    except pickle.UnpicklingError:
        return torch.load(file, map_location=map_location, weights_only=False)


def says_unsafe(file, map_location=None):
    """As mmengine's main branch loads, since open-mmlab/mmengine#1670."""
    return torch.load(file, map_location=map_location, weights_only=False)


def brings_a_pickle(file, map_location=None):
    import pickle

    return torch.load(file, map_location, pickle)


def calls_serialization(file, map_location=None):
    torch.serialization.add_safe_globals([getattr])
    return torch.serialization.load(file, map_location, weights_only=False)


CALLERS = [falls_back, says_unsafe, brings_a_pickle, calls_serialization]


def within_mmengine(caller):
    """The function as if it were written in ``mmengine/runner/checkpoint.py``."""
    names, defaults = vars(checkpoint), caller.__defaults__
    return types.FunctionType(caller.__code__, names, caller.__name__, defaults)


@pytest.mark.parametrize('opened', [False, True])
@pytest.mark.parametrize('caller', CALLERS)
def test_mmengine_cannot_load_unsafely(hostile, caller, opened):
    path, mark, words = hostile
    with path.open('rb') if opened else contextlib.nullcontext(path) as file:
        with pytest.raises(CheckpointError, match=words):
            within_mmengine(caller)(file)
    assert not mark.exists()


@pytest.mark.parametrize('caller', CALLERS)
def test_mmengine_cannot_allow_getattr(tmp_path, caller):
    torch.save(dict(state_dict={}, meta=LookUp()), tmp_path / 'a.pth')
    with pytest.raises(CheckpointError, match=r'refused, .*\bgetattr\b'):
        within_mmengine(caller)(tmp_path / 'a.pth')
    assert getattr not in torch.serialization.get_safe_globals()


@pytest.mark.parametrize('caller', [falls_back, says_unsafe])
def test_loaders_of_others_run_nothing(hostile, monkeypatch, caller):
    path, mark, words = hostile

    def load_from_elsewhere(address, map_location):
        return caller(path, map_location)

    schemes = {'elsewhere://': load_from_elsewhere, **CheckpointLoader._schemes}
    monkeypatch.setattr(CheckpointLoader, '_schemes', schemes)
    with pytest.raises(CheckpointError, match=words) as caught:
        CheckpointLoader.load_checkpoint('elsewhere://a')
    assert str(caught.value).startswith('elsewhere://a: ')
    assert not mark.exists()
    assert os.environ[safe_load.CONTRARY] == '1' and safe_load.SWITCH not in os.environ


def test_plain_weights_load_in_all_these_ways(tmp_path):
    path = tmp_path / 'a.pth'
    torch.save(dict(state_dict=dict(weight=torch.ones(2)), meta=dict(epoch=3)), path)
    for caller in CALLERS:
        loaded = within_mmengine(caller)(path, 'cpu')
        assert loaded['meta'] == dict(epoch=3) and loaded['state_dict']['weight'].sum() == 2
    with path.open('rb') as file:
        assert checkpoint.torch.load(io.BytesIO(file.read()))['meta'] == dict(epoch=3)
    assert checkpoint.torch.load(path, mmap=True)['state_dict']['weight'].sum() == 2


def test_overlapping_loads_share_the_switch():
    with safe_load._switched_on:
        with safe_load._switched_on:
            pass
        assert os.environ[safe_load.SWITCH] == '1' and safe_load.CONTRARY not in os.environ
    assert os.environ[safe_load.CONTRARY] == '1' and safe_load.SWITCH not in os.environ


def test_torch_itself_is_as_it_was(tmp_path):
    write_zip(tmp_path / 'a.pth', tmp_path / 'mark')
    torch.load(tmp_path / 'a.pth', weights_only=False)
    assert (tmp_path / 'mark').exists()
    assert torch.load.__module__ == 'torch.serialization'
    assert torch.hub.load_state_dict_from_url.__module__ == 'torch.hub'
    assert checkpoint.torch.nn is torch.nn and checkpoint.torch.__version__ == torch.__version__


def test_mmengine_loads_nowhere_else():
    """Every call that reads a file of torch's is in a module whose torch is guarded."""
    root, found = Path(mmengine.__file__).parent, set()
    reading = ('torch.load', 'load_url', 'load_state_dict_from_url', 'jit.load', 'hub.load')
    for path in root.rglob('*.py'):
        if path.relative_to(root).parts[0] != '.mim':
            tree = ast.parse(path.read_text(encoding='utf-8'))
            calls = {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
            if any(call.endswith(reading) for call in calls):
                found.add(path.relative_to(root).as_posix())
    # What the second calls is for torch < 1.7; with later ones it hands torch.hub's on.
    assert found == {'runner/checkpoint.py', 'utils/dl_utils/hub.py'}
    for module in (checkpoint, mmengine.utils.dl_utils, mmengine.utils.dl_utils.hub):
        assert module.load_url is safe_load.load_url
    assert not hasattr(mmengine.utils.dl_utils.hub, 'torch')
