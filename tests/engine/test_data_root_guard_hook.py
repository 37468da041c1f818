from types import SimpleNamespace

import pytest
from mmaction.registry import HOOKS
from mmengine.config import Config

from mmav_coattn.errors import ConfigError


def before_run(**cfg):
    HOOKS.build(dict(type='DataRootGuardHook')).before_run(SimpleNamespace(cfg=Config(cfg)))


def loader(*roots):
    datasets = [dict(type='AudioVisualDataset', data_root=root) for root in roots]
    return dict(dataset=dict(type='ConcatDataset', datasets=datasets))


def test_says_where_the_datasets_read_from_and_nothing_where_they_agree():
    sentence = '^data_root=new is set, but the datasets read from a, b, old. .*MMAV_DATA_ROOT'
    with pytest.raises(ConfigError, match=sentence):
        before_run(data_root='new', train_dataloader=loader('old', 'b'), val_dataloader=loader('a'))
    before_run(data_root='new', train_dataloader=loader('a', 'new'), val_dataloader=None)
    before_run(train_dataloader=loader('old'))
    before_run(data_root='new', train_dataloader=dict(dataset=dict(ann_file='/lists/all.txt')))
