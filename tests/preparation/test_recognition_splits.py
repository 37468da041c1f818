import pytest
from recognition_miniature import make_hmdb51, make_ucf101

from mmav_coattn.errors import ConfigError, DataNotFoundError
from mmav_coattn.preparation import recognition_splits as splits


def empty(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


@pytest.fixture
def ucf101(tmp_path):
    return make_ucf101(tmp_path / 'ucf101', empty)


@pytest.fixture
def hmdb51(tmp_path):
    return make_hmdb51(tmp_path / 'hmdb51', empty)


def test_hmdb51(hmdb51):
    parts = splits.read_hmdb51(hmdb51 / 'annotations', 1)
    assert parts['val'] == {'brush_hair/clip_1.avi': 0, 'wave/clip_1.avi': 1}
    # brush_hair/unused.avi is marked 0.
    expected = {f'{c}/clip_{i}.avi' for c in ('brush_hair', 'wave') for i in (2, 3)}
    assert parts['train'].keys() == expected


def test_ucf101_has_the_layout_of_mmaction2(ucf101):
    report = splits.write_recognition_lists('ucf101', ucf101)
    assert len(report) == 6
    assert report['ucf101_train_split_3_videos.txt'] == dict(written=4, missing=0)
    # Group 3 is the test part of split 3; numbers in the lists count from 1, labels from 0.
    text = (ucf101 / 'ucf101_val_split_3_videos.txt').read_text()
    assert text == 'Archery/v_Archery_g03_c01.avi 0\nYoYo/v_YoYo_g03_c01.avi 1\n'
    assert not (ucf101 / 'ucf101_missing.txt').exists()


def test_absent_videos_are_counted_and_named(hmdb51, here):
    (hmdb51 / 'videos/wave/clip_1.avi').unlink()
    done = here('data/make_list.py', 'hmdb51', hmdb51)
    assert done.code == 0, done
    assert 'hmdb51_val_split_1_videos.txt: 1 videos, 1 missing' in done.out
    assert 'hmdb51_train_split_2_videos.txt: 3 videos, 1 missing' in done.out
    assert (hmdb51 / 'hmdb51_missing.txt').read_text() == 'wave/clip_1.avi\n'


def test_mistakes_are_sentences(ucf101, hmdb51, tmp_path):
    (ucf101 / 'annotations/trainlist01.txt').write_text('')
    (ucf101 / 'annotations/testlist01.txt').write_text('Golf/v.avi\n')
    (hmdb51 / 'annotations/wave_test_split1.txt').write_text('clip_1.avi 3\n')
    for read, folder, error, message in (
        (splits.read_ucf101, ucf101, ConfigError, "'Golf/v.avi' is in no class"),
        (splits.read_hmdb51, hmdb51, ConfigError, 'is not "NAME 0|1|2"'),
        (splits.read_hmdb51, tmp_path, DataNotFoundError, 'holds no list'),
    ):
        with pytest.raises(error, match=message):
            read(folder / 'annotations', 1)
    with pytest.raises(DataNotFoundError, match='official lists does not exist.*README'):
        splits.write_recognition_lists('ucf101', tmp_path)
