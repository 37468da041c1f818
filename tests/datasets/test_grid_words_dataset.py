"""Words of GRID's sentences as classes."""

import pytest

from mmav_coattn.datasets import GridWordsDataset
from mmav_coattn.errors import ConfigError


@pytest.fixture
def grid(tmp_path):
    names = ['bbaf2n', 'lgwzzs', 'prbi9a', 'swix1p', 'bbaf3n', 'lgwz4s']
    (tmp_path / 'train.csv').write_text('file\n' + ''.join(f'{name}.mp4\n' for name in names))
    return tmp_path


def labels(dataset):
    return [dataset.get_data_info(index)['label'] for index in range(len(dataset))]


@pytest.mark.parametrize(
    ('word', 'expected'),
    [
        ('command', [0, 1, 2, 3, 0, 1]),
        ('colour', [0, 1, 2, 3, 0, 1]),
        ('preposition', [0, 3, 1, 2, 0, 3]),
        ('digit', [2, 0, 9, 1, 3, 4]),
        ('adverb', [1, 3, 0, 2, 1, 3]),
    ],
)
def test_words_of_the_file_names(grid, word, expected):
    dataset = GridWordsDataset(word, data_root=str(grid), ann_file='train.csv')
    assert labels(dataset) == expected


def test_names_of_the_classes(grid):
    dataset = GridWordsDataset('digit', data_root=str(grid), ann_file='train.csv')
    for index, digit in enumerate('209134'):
        assert dataset.metainfo['classes'][dataset.get_data_info(index)['label']] == digit


def test_other_names_are_refused(grid):
    (grid / 'train.csv').write_text('file\nholiday.mp4\n')
    with pytest.raises(ConfigError, match=r'holiday.mp4: its name is no sentence.*line 2'):
        GridWordsDataset('digit', data_root=str(grid), ann_file='train.csv')
    with pytest.raises(ConfigError, match="word='verb' is unknown; choose one of command"):
        GridWordsDataset('verb', data_root=str(grid), ann_file='train.csv')
