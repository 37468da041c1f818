"""Words of GRID's sentences as classes."""

import pytest

from mmav_coattn.datasets import GridWordsDataset
from mmav_coattn.errors import ConfigError


@pytest.mark.parametrize(
    ('word', 'expected'),
    [
        ('command', ['bin', 'lay', 'place', 'set']),
        ('colour', ['blue', 'green', 'red', 'white']),
        ('preposition', ['at', 'with', 'by', 'in']),
        ('letter', ['f', 'z', 'i', 'x']),
        ('digit', ['2', '0', '9', '1']),
        ('adverb', ['now', 'soon', 'again', 'please']),
    ],
)
def test_words_of_the_file_names(tmp_path, word, expected):
    names = ['bbaf2n', 'lgwzzs', 'prbi9a', 'swix1p']
    (tmp_path / 'train.csv').write_text('file\n' + ''.join(f'{name}.mp4\n' for name in names))
    dataset = GridWordsDataset(word, data_root=str(tmp_path), ann_file='train.csv')
    classes = dataset.metainfo['classes']
    assert [classes[dataset.get_data_info(index)['label']] for index in range(4)] == expected


def test_other_names_are_refused(tmp_path):
    (tmp_path / 'train.csv').write_text('file\nholiday.mp4\n')
    with pytest.raises(ConfigError, match=r'holiday.mp4: its name is no sentence.*line 2'):
        GridWordsDataset('digit', data_root=str(tmp_path), ann_file='train.csv')
    with pytest.raises(ConfigError, match="word='verb' is unknown; choose one of command"):
        GridWordsDataset('verb', data_root=str(tmp_path), ann_file='train.csv')
