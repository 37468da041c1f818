import pytest

from mmav_coattn import compat
from mmav_coattn.config import iter_datasets, load_config
from mmav_coattn.errors import ConfigError, DataNotFoundError, MissingDependencyError

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


def write(tmp_path, text, name='config.py'):
    (tmp_path / name).write_text(text)
    return str(tmp_path / name)


def test_data_root_reaches_wrapped_datasets_and_yields_to_their_own_option(tmp_path):
    path = write(tmp_path, CONFIG)
    roots = [dataset.get('data_root') for dataset in iter_datasets(load_config(path))]
    assert sorted(filter(None, roots)) == ['elsewhere', 'old', 'old']
    cfg = load_config(path, {'data_root': 'new'})
    assert cfg.data_root == 'new'
    assert cfg.train_dataloader.dataset == dict(
        type='RepeatDataset', times=2, dataset=dict(type='AudioVisualDataset', data_root='new')
    )
    first, second, third = cfg.val_dataloader.dataset.datasets
    assert (first.data_root, second.data_root) == ('new', 'elsewhere')
    assert 'data_root' not in third and 'data_root' not in cfg.val_dataloader.dataset
    options = {'data_root': 'new', 'train_dataloader.dataset.dataset.data_root': 'mine'}
    cfg = load_config(path, options)
    assert cfg.train_dataloader.dataset.dataset.data_root == 'mine'
    assert cfg.val_dataloader.dataset.datasets[0].data_root == 'new'


@pytest.mark.parametrize(
    'text',
    [
        "train_dataloader = dict(dataset=dict(type='AudioVisualDataset', data_root='fixed'))\n",
        "train_dataloader = dict(dataset=dict(type='AudioVisualDataset', ann_file='a.txt'))\n",
        '',
    ],
)
def test_data_root_that_would_change_nothing(tmp_path, text):
    text += "data_root = 'old'\n"
    said = "data_root=new would change nothing: no dataset of this config has data_root='old'"
    with pytest.raises(ConfigError, match=said):
        load_config(write(tmp_path, text), {'data_root': 'new'})


def test_configs_that_cannot_be_read(tmp_path, monkeypatch):
    with pytest.raises(DataNotFoundError, match=r'gone\.py: there is no such config file'):
        load_config(str(tmp_path / 'gone.py'))
    for name, text, reason in (
        ('a.py', "_base_ = 'gone.py'\n", r'.*gone\.py'),
        ('b.py', 'model = dict(\n', '.*line 1'),
        ('c.txt', 'a = 1\n', ''),
    ):
        with pytest.raises(ConfigError, match=f'{name}: this config cannot be read: {reason}'):
            load_config(write(tmp_path, text, name))
    monkeypatch.setattr(compat.importlib.util, 'find_spec', lambda name: None)
    with pytest.raises(MissingDependencyError, match='setuptools<81'):
        load_config(write(tmp_path, CONFIG))
