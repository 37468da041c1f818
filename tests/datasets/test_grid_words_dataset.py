import pytest

from mmav_coattn.datasets import GridWordsDataset
from mmav_coattn.errors import ConfigError

WORDS = dict(
    command=['bin', 'lay', 'place', 'set'],
    colour=['blue', 'green', 'red', 'white'],
    preposition=['at', 'with', 'by', 'in'],
    letter=['f', 'z', 'i', 'x'],
    digit=['2', '0', '9', '1'],
    adverb=['now', 'soon', 'again', 'please'],
)


@pytest.mark.parametrize('word', WORDS)
def test_words_of_the_file_names(tmp_path, word):
    (tmp_path / 'train.csv').write_text('file\nBBAF2N.mp4\nlgwzzs.mp4\nprbi9a.mp4\nswix1p.mp4\n')
    dataset = GridWordsDataset(word, data_root=str(tmp_path), ann_file='train.csv')
    classes = dataset.metainfo['classes']
    assert [classes[dataset.get_data_info(i)['label']] for i in range(4)] == WORDS[word]


def test_other_names_are_refused(tmp_path):
    # There is no letter w in GRID.
    for name in ('holiday', 'bbaw2n'):
        (tmp_path / 'train.csv').write_text(f'file\n{name}.mp4\n')
        with pytest.raises(ConfigError, match=f'{name}.mp4: its name is no sentence.*line 2'):
            GridWordsDataset('digit', data_root=str(tmp_path), ann_file='train.csv')
    with pytest.raises(ConfigError, match="word='verb' is unknown; choose one of command"):
        GridWordsDataset('verb', data_root=str(tmp_path), ann_file='train.csv')
