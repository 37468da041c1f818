import pytest
from media_factory import write_clip

from mmav_coattn.datasets import AudioVisualDataset


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / 'videos'
    for name, audio in {'dog/a.mkv': True, 'cat/b.mp4': True, 'cat/mute.mp4': False}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        write_clip(root / name, duration=2.5, audio=audio)
    return root


def test_from_a_folder_to_small_files(folder, tmp_path, here):
    done = here('data/make_list.py', 'folder', folder, tmp_path / 'all.csv', '--labels')
    assert (done.code, '3 videos below' in done.out) == (0, True), done
    done = here('data/scan.py', folder, '--ann-file', tmp_path / 'all.csv', '--workers', 1)
    assert '2 of 3 files are usable' in done.out, done
    usable, small = folder / 'scan' / 'usable.csv', tmp_path / 'small'
    command = ('data/prepare.py', folder, small, '--ann-file', usable, '--workers', 1)
    assert '2 re-encoded' in here(*command).out
    done = here(*command)
    assert '0 re-encoded (0.0 MB became 0.0 MB), 2 were there, 0 failed' in done.out, done
    dataset = AudioVisualDataset('prepared.txt', data_root=str(small))
    infos = [dataset.get_data_info(index) for index in range(2)]
    assert [(x['relpath'], x['label']) for x in infos] == [('cat/b.mp4', 0), ('dog/a.mp4', 1)]


def test_sentences(folder, here):
    for command, words in (
        (('make_list', 'audioset', folder / 'x', folder, folder / 'y'), 'there is no such list'),
        (('prepare', folder, folder), 'give another folder to write to'),
        (('scan', folder / 'gone'), 'does not exist'),
    ):
        assert words in here(f'data/{command[0]}.py', *command[1:]).sentence()
