import pytest

from mmav_coattn.apis.many_files import expand_inputs
from mmav_coattn.errors import DataNotFoundError


@pytest.fixture
def folder(tmp_path):
    for name in ('b.mp4', 'a.mp4', 'a.mkv', 'deep/a.mp4', 'deep/a.mkv', 'deep/a_mkv.mp4',
                 'notes.txt', '[odd].mp4'):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b'')
    return tmp_path


def names(inputs, folder):
    return [(file.path.relative_to(folder).as_posix(), file.name) for file in expand_inputs(inputs)]


def test_files_folders_and_patterns(folder):
    assert names([folder / 'notes.txt'], folder) == [('notes.txt', 'notes')]
    assert names([folder / '[odd].mp4'], folder) == [('[odd].mp4', '[odd]')]
    # Equal names keep their suffix, so that nothing is written over.
    assert names([folder], folder) == [
        ('[odd].mp4', '[odd]'),
        ('a.mkv', 'a_mkv'),
        ('a.mp4', 'a_mp4'),
        ('b.mp4', 'b'),
        ('deep/a.mkv', 'deep/a_mkv_1'),
        ('deep/a.mp4', 'deep/a_mp4'),
        ('deep/a_mkv.mp4', 'deep/a_mkv'),
    ]
    assert names([str(folder / '*.mp4')], folder)[1:] == [('a.mp4', 'a'), ('b.mp4', 'b')]
    long = f'{"é" * 125}.mp4', f'{"é" * 124}.mp4'  # up to 254 bytes, which leaves no room
    for name in long:
        (folder / name).write_bytes(b'')
    short = 'é' * 50
    assert names([folder / name for name in long], folder) == [
        (long[0], f'{short}_mp4_1'), (long[1], f'{short}_mp4_2')
    ]  # fmt: skip
    found = names([str(folder / '**/a.mp4'), folder / 'b.mp4', folder / 'a.mp4'], folder)
    assert found == [('a.mp4', 'a_mp4_1'), ('deep/a.mp4', 'a_mp4_2'), ('b.mp4', 'b')]


def test_inputs_that_are_not_there(folder):
    (folder / 'empty').mkdir()
    for name, sentence in (
        ('gone.mp4', 'no such file'),
        ('*.webm', 'no file fits'),
        ('empty', 'no video in this folder'),
    ):
        with pytest.raises(DataNotFoundError, match=sentence):
            expand_inputs([folder / 'b.mp4', str(folder / name)])
