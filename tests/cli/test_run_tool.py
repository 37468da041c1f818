"""Reading configs, carrying the data root to where it is read, and sentences for the user."""

import pytest
import torch
from mmaction.registry import TRANSFORMS
from mmengine.config import Config
from torch._utils import ExceptionWrapper

from mmav_coattn import compat
from mmav_coattn.cli.run_tool import run_tool, user_sentence
from mmav_coattn.config import iter_datasets, load_config, set_data_root
from mmav_coattn.errors import (
    ConfigError,
    DataNotFoundError,
    MissingDependencyError,
    NoAudioError,
    UserError,
)


def raised_by(call):
    with pytest.raises(Exception) as info:
        call()
    return info.value


def by_worker(error):
    """What a loader raises in the trainer when its worker met ``error``.

    By the wrapper that torch's loaders use; tests/tools/test_bad_input.py has a real worker, which
    takes 5 s to end.
    """
    try:
        raise error
    except Exception:
        wrapper = ExceptionWrapper(where='in DataLoader worker process 0')
    return raised_by(wrapper.reraise)


def test_sentence_of_the_users_mistakes():
    assert user_sentence(ConfigError('size=0 must be 1 or more.')) == 'size=0 must be 1 or more.'
    assert user_sentence(NoAudioError('/x/a.mp4', 'has no audio stream')) == (
        '/x/a.mp4: has no audio stream'
    )


@pytest.mark.parametrize(
    'error', [ValueError('is not in the way'), KeyError('label'), RuntimeError('out of memory')]
)
def test_no_sentence_for_what_is_not_the_users_mistake(error):
    assert user_sentence(error) is None
    assert user_sentence(by_worker(error)) is None


def test_sentence_of_errors_in_loader_workers():
    # Rebuilt by torch from its one message, and, where that fails, replaced by a RuntimeError.
    error = by_worker(UserError('list.txt: no usable video.'))
    assert isinstance(error, UserError) and 'Traceback' in str(error)
    assert user_sentence(error) == 'list.txt: no usable video.'
    error = by_worker(NoAudioError('/x/a.mp4', 'has no audio stream'))
    assert isinstance(error, RuntimeError)
    assert user_sentence(error) == '/x/a.mp4: has no audio stream'


def test_sentence_of_the_last_error_in_a_chain_of_a_worker():
    def fail():
        raise ConfigError('the first.')

    error = ConfigError('the last.')
    error.__cause__ = raised_by(fail)
    assert user_sentence(by_worker(error)) == 'the last.'


def test_sentence_of_an_unknown_type():
    error = raised_by(lambda: TRANSFORMS.build(dict(type='LoadFrame')))
    sentence = user_sentence(error)
    assert sentence.startswith("The config names a transform of type 'LoadFrame', which is not reg")
    assert 'custom_imports' in sentence


@pytest.mark.skipif(torch.cuda.is_available(), reason='needs a machine without a GPU')
def test_sentence_of_mixed_precision_without_a_gpu():
    from mmengine.optim import AmpOptimWrapper

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    sentence = user_sentence(raised_by(lambda: AmpOptimWrapper(optimizer=optimizer)))
    assert sentence.startswith('Mixed precision needs a GPU') and '--amp' in sentence


def test_run_tool(capsys):
    run_tool(lambda: None)

    def mistake():
        raise DataNotFoundError('/x: there is no such folder.')

    with pytest.raises(SystemExit) as exit_info:
        run_tool(mistake)
    assert exit_info.value.code == 1
    assert capsys.readouterr().err == 'error: /x: there is no such folder.\n'
    with pytest.raises(ZeroDivisionError):
        run_tool(lambda: 1 / 0)


def write(tmp_path, text, name='config.py'):
    path = tmp_path / name
    path.write_text(text)
    return str(path)


CONFIG = """
data_root = 'old'
train_dataloader = dict(dataset=dict(
    type='RepeatDataset', times=2, dataset=dict(type='AudioVisualDataset', data_root=data_root)))
val_dataloader = dict(dataset=dict(type='ConcatDataset', datasets=[
    dict(type='AudioVisualDataset', data_root=data_root),
    dict(type='AudioVisualDataset', data_root='elsewhere'),
    dict(type='AudioVisualDataset', ann_file='/lists/all.txt')]))
test_dataloader = None
"""


def roots(cfg):
    return [dataset.get('data_root') for dataset in iter_datasets(cfg)]


def test_data_root_reaches_wrapped_datasets(tmp_path):
    path = write(tmp_path, CONFIG)
    assert sorted(filter(None, roots(load_config(path)))) == ['elsewhere', 'old', 'old']
    cfg = load_config(path, {'data_root': 'new'})
    assert cfg.data_root == 'new'
    assert cfg.train_dataloader.dataset == dict(
        type='RepeatDataset', times=2, dataset=dict(type='AudioVisualDataset', data_root='new')
    )
    first, second, third = cfg.val_dataloader.dataset.datasets
    assert (first.data_root, second.data_root) == ('new', 'elsewhere')
    assert 'data_root' not in third and 'data_root' not in cfg.val_dataloader.dataset


def test_data_root_yields_to_a_datasets_own_option(tmp_path):
    options = {'data_root': 'new', 'train_dataloader.dataset.dataset.data_root': 'mine'}
    cfg = load_config(write(tmp_path, CONFIG), options)
    assert cfg.train_dataloader.dataset.dataset.data_root == 'mine'
    assert cfg.val_dataloader.dataset.datasets[0].data_root == 'new'


def test_other_options_are_merged(tmp_path):
    cfg = load_config(write(tmp_path, CONFIG), {'train_dataloader.dataset.times': 5})
    assert cfg.train_dataloader.dataset.times == 5 and cfg.data_root == 'old'


@pytest.mark.parametrize(
    'text',
    [
        "train_dataloader = dict(dataset=dict(type='AudioVisualDataset', data_root='fixed'))\n",
        "train_dataloader = dict(dataset=dict(type='AudioVisualDataset', ann_file='a.txt'))\n",
        "data_root = 'old'\n",
    ],
)
def test_data_root_that_would_change_nothing(tmp_path, text):
    with pytest.raises(ConfigError, match='data_root=new would change nothing: no dataset'):
        load_config(write(tmp_path, text), {'data_root': 'new'})


def test_set_data_root_names_the_old_root():
    cfg = Config(dict(train_dataloader=dict(dataset=dict(data_root='fixed'))))
    with pytest.raises(ConfigError, match="no dataset of this config has data_root='old'"):
        set_data_root(cfg, 'old', 'new')
    assert cfg.train_dataloader.dataset.data_root == 'fixed'


def test_configs_that_cannot_be_read(tmp_path):
    with pytest.raises(DataNotFoundError, match=r'gone\.py: there is no such config file'):
        load_config(str(tmp_path / 'gone.py'))
    for text, reason in (
        ("_base_ = 'gone.py'\n", r'gone\.py'),
        ('model = dict(\n', 'line 1'),
    ):
        with pytest.raises(ConfigError, match=r'config\.py: this config cannot be read: ') as info:
            load_config(write(tmp_path, text))
        info.match(reason)
    with pytest.raises(ConfigError, match=r'config\.txt: this config cannot be read'):
        load_config(write(tmp_path, 'a = 1\n', 'config.txt'))


def test_setuptools_without_pkg_resources(tmp_path, monkeypatch):
    monkeypatch.setattr(compat.importlib.util, 'find_spec', lambda name: None)
    with pytest.raises(MissingDependencyError, match='setuptools<81'):
        load_config(write(tmp_path, CONFIG))
