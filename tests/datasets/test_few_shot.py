"""So many labelled videos of each class."""

import numpy as np
import pytest
from mmaction.registry import DATASETS

from mmav_coattn.datasets import GridWordsDataset, draw_per_class
from mmav_coattn.errors import ConfigError

LABELS = np.array([0] * 10 + [1] * 5 + [2] * 7)


def test_draw():
    chosen = draw_per_class(LABELS, 3, seed=1)
    assert np.bincount(LABELS[chosen]).tolist() == [3, 3, 3] and (np.diff(chosen) > 0).all()
    assert (draw_per_class(LABELS, 3, seed=1) == chosen).all()
    assert set(chosen) < set(draw_per_class(LABELS, 5, seed=1))
    assert any(set(draw_per_class(LABELS, 3, seed=s)) != set(chosen) for s in range(2, 5))
    drawn = np.concatenate([draw_per_class(LABELS, 3, seed=s) for s in range(60)])
    assert set(drawn) == set(range(22))
    with pytest.raises(ConfigError, match='num_per_class=6: class 1 has only 5 videos'):
        draw_per_class(LABELS, 6)


def test_few_shot_dataset_holds_nothing_else(tmp_path):
    listed = dict(data_root=str(tmp_path), ann_file='train.csv')
    inner = dict(type='GridWordsDataset', word='command', **listed)
    (tmp_path / 'train.csv').write_text('file\nbbaf2n.mp4\nbbaf3n.mp4\nbbaf4n.mp4\nlgwzzs.mp4\n')
    dataset = DATASETS.build(dict(type='FewShotDataset', dataset=inner, num_per_class=1, seed=5))
    assert isinstance(dataset, GridWordsDataset)
    # Also where a damaged video is replaced by another draw: there are no others.
    assert len(dataset) == 2 and sorted(dataset.get_data_info(i)['label'] for i in (0, 1)) == [0, 1]
    assert {dataset._rand_another() for _ in range(50)} <= {0, 1}
    (tmp_path / 'train.csv').write_text('file\nbbaf2n.mp4\n')
    plain = dict(type='AudioVisualDataset', **listed)
    with pytest.raises(ConfigError, match='videos without a label'):
        DATASETS.build(dict(type='FewShotDataset', dataset=plain, num_per_class=1))
