import numpy as np
import pytest
from mmaction.registry import DATASETS

from mmav_coattn.errors import ConfigError


@pytest.fixture
def draw(tmp_path):
    """Ten videos of class 0, five of 1 and seven of 2, of which so many each are drawn."""
    labels = 10 * [0] + 5 * [1] + 7 * [2]
    lines = [f'{number:02d}.mp4 {label}\n' for number, label in enumerate(labels)]
    (tmp_path / 'train.txt').write_text(''.join(lines))
    inner = dict(type='AudioVisualDataset', data_root=str(tmp_path), ann_file='train.txt')

    def build(num_per_class, seed=0):
        settings = dict(dataset=inner, num_per_class=num_per_class, seed=seed)
        dataset = DATASETS.build(dict(type='FewShotDataset', **settings))
        # Also where a damaged video is replaced by another draw: there are no others.
        assert {dataset._rand_another() for _ in range(50)} <= set(range(3 * num_per_class))
        infos = [dataset.get_data_info(index) for index in range(len(dataset))]
        assert np.bincount([x['label'] for x in infos]).tolist() == [num_per_class] * 3
        return [info['relpath'] for info in infos]

    return build


def test_draw(draw, tmp_path):
    chosen = draw(3, seed=1)
    assert draw(3, seed=1) == chosen == sorted(chosen)
    assert set(chosen) < set(draw(5, seed=1))
    assert len({name for seed in range(20) for name in draw(3, seed)}) == 22
    with pytest.raises(ConfigError, match='num_per_class=6: class 1 has only 5 videos'):
        draw(6)
    (tmp_path / 'train.txt').write_text('a.mp4 -1\nb.mp4 2\n')
    with pytest.raises(ConfigError, match='videos without a label'):
        draw(1)
