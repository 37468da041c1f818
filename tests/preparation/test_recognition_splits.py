"""Official split files of UCF101 and HMDB51, in their own formats."""

import pytest
from recognition_miniature import make_hmdb51, make_ucf101
from tool_process import run_here

from mmav_coattn.errors import ConfigError, DataNotFoundError
from mmav_coattn.preparation.recognition_splits import (
    read_hmdb51,
    read_ucf101,
    write_recognition_lists,
)


def empty(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


@pytest.fixture
def ucf101(tmp_path):
    return make_ucf101(tmp_path / 'ucf101', empty)


@pytest.fixture
def hmdb51(tmp_path):
    return make_hmdb51(tmp_path / 'hmdb51', empty)


def test_ucf101(ucf101):
    parts = read_ucf101(ucf101 / 'annotations', 2)
    # Group 2 is the test part of split 2; numbers in the lists count from 1, labels from 0.
    assert parts['val'] == {'Archery/v_Archery_g02_c01.avi': 0, 'YoYo/v_YoYo_g02_c01.avi': 1}
    assert len(parts['train']) == 4 and set(parts['train'].values()) == {0, 1}


def test_hmdb51(hmdb51):
    parts = read_hmdb51(hmdb51 / 'annotations', 1)
    assert parts['val'] == {'brush_hair/clip_1.avi': 0, 'wave/clip_1.avi': 1}
    # brush_hair/unused.avi is marked 0.
    assert parts['train'].keys() == {
        f'{c}/clip_{i}.avi' for c in ('brush_hair', 'wave') for i in (2, 3)
    }


def test_lists_have_the_layout_of_mmaction2(ucf101):
    report = write_recognition_lists('ucf101', ucf101)
    assert len(report) == 6
    assert report['ucf101_train_split_3_videos.txt'] == dict(written=4, missing=0)
    text = (ucf101 / 'ucf101_val_split_3_videos.txt').read_text()
    assert text == 'Archery/v_Archery_g03_c01.avi 0\nYoYo/v_YoYo_g03_c01.avi 1\n'
    assert not (ucf101 / 'ucf101_missing.txt').exists()


def test_absent_videos_are_counted_and_named(hmdb51, monkeypatch, capsys):
    (hmdb51 / 'videos/wave/clip_1.avi').unlink()
    done = run_here(monkeypatch, capsys, 'data/make_list.py', 'hmdb51', hmdb51)
    assert done.code == 0, done
    assert 'hmdb51_val_split_1_videos.txt: 1 videos, 1 missing' in done.out
    assert 'hmdb51_train_split_2_videos.txt: 3 videos, 1 missing' in done.out
    assert (hmdb51 / 'hmdb51_missing.txt').read_text() == 'wave/clip_1.avi\n'


def test_mistakes_are_sentences(ucf101, hmdb51, tmp_path):
    with pytest.raises(DataNotFoundError, match='official lists does not exist.*README'):
        write_recognition_lists('ucf101', tmp_path)
    (ucf101 / 'annotations/testlist01.txt').write_text('Golf/v.avi\n')
    (ucf101 / 'annotations/trainlist01.txt').write_text('')
    with pytest.raises(ConfigError, match="'Golf/v.avi' is in no class"):
        read_ucf101(ucf101 / 'annotations', 1)
    (hmdb51 / 'annotations/wave_test_split1.txt').write_text('clip_1.avi 3\n')
    with pytest.raises(ConfigError, match='is not "NAME 0|1|2"'):
        read_hmdb51(hmdb51 / 'annotations', 1)
    with pytest.raises(DataNotFoundError, match='holds no list'):
        read_hmdb51(tmp_path, 1)
