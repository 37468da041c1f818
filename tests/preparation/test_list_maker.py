import csv
import os
from pathlib import Path

import pytest

from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.errors import ConfigError, DataNotFoundError
from mmav_coattn.preparation import list_maker as maker
from mmav_coattn.preparation import official_lists as lists
from mmav_coattn.preparation.video_index import Clip

AUDIOSET = """\
# Segments csv created Sun Mar  5 10:54:31 2017
# YTID, start_seconds, end_seconds, positive_labels
--PJHxphWEs, 30.000, 40.000, "/m/09x0r,/t/dd00088"
-_id1234567, 0.000, 10.000, "/m/09x0r"
abcdefghijk, 12.500, 22.500, "/m/04rlf"
"""
ONTOLOGY = 'index,mid,display_name\n0,/m/09x0r,"Speech"\n1,/t/dd00088,"Gush, splash"\n'
KINETICS_HEADER = 'label,youtube_id,time_start,time_end,split\n'
KINETICS = """\
playing piano,aaaaaaaaaaa,5,15,train
"bowling",bbbbbbbbbbb,120,130,train
abseiling,ccccccccccc,0,10,train
"""
VGGSOUND = """\
---g-f_I2yQ,1,people marching,test
aaaaaaaaaaa,30,"dog barking, far",train
aaaaaaaaaaa,90,people marching,train
"""


@pytest.fixture
def videos(tmp_path):
    """Makes empty files by name: lists are about names, nothing is decoded."""

    def make(*names):
        for name in names:
            path = tmp_path / 'videos' / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return tmp_path / 'videos'

    return make


def write(tmp_path, text, name='official.csv'):
    path = tmp_path / name
    path.write_text(text)
    return path


def loaded(ann_file, root):
    """(relpath, label) as the dataset sees them; every listed file must exist."""
    dataset = AudioVisualDataset(str(ann_file), data_root=str(root))
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    assert all(Path(info['filename']).is_file() for info in infos)
    return [(info['relpath'], info['label']) for info in infos]


def test_audioset(tmp_path, videos):
    root = videos('a/--PJHxphWEs_30000.mp4', 'abcdefghijk_12.500_22.500.mkv', 'other.mp4')
    ontology = write(tmp_path, ONTOLOGY, 'ontology.csv')
    clips = lists.read_audioset(write(tmp_path, AUDIOSET), ontology)
    report = maker.make_list(clips, root, tmp_path / 'train.csv')
    assert report == dict(listed=3, found=2, missing=1, written=2, classes_without_files=[])
    with (tmp_path / 'train.csv').open(newline='') as file:
        rows = [(row['file'], row['start'], row['labels']) for row in csv.DictReader(file)]
    assert rows == [
        ('a/--PJHxphWEs_30000.mp4', '30', 'Speech;Gush, splash'),
        ('abcdefghijk_12.500_22.500.mkv', '12.5', '/m/04rlf'),
    ]
    assert (tmp_path / 'train.missing.txt').read_text() == '-_id1234567_0\n'


def test_subset_by_seed():
    found = [(Clip(f'v{i}', 10.0 * i), f'v{i}.mp4') for i in range(300)]
    small, large = maker.choose_subset(found, 50, 0), maker.choose_subset(found, 100, 0)
    assert len(small) == 50 and {p for _, p in small} < {p for _, p in large}
    # Worked by hand from the ranks of sha256('0\0v5_50') and so on: the same on any machine.
    assert [path for _, path in small[:3]] == ['v5.mp4', 'v10.mp4', 'v13.mp4']
    assert maker.choose_subset(found[::-1], 50, 0) == small[::-1]
    # A file that is missing gives way to the next; all others stay.
    without = maker.choose_subset([pair for pair in found if pair != small[7]], 50, 0)
    assert len({p for _, p in without} & {p for _, p in small}) == 49
    other = maker.choose_subset(found, 50, 1)
    assert 0 < len({p for _, p in other} & {p for _, p in small}) < 25
    with pytest.raises(ConfigError, match='301 clips was asked for, but 300'):
        maker.choose_subset(found, 301, 0)


def test_kinetics(tmp_path, videos):
    piano = 'playing_piano/aaaaaaaaaaa_000005_000015.mp4'
    bowling = 'bowling/bbbbbbbbbbb_000120_000130.mp4'
    root = videos(piano, bowling, 'a copy/bbbbbbbbbbb_000120_000130.mp4')
    annotation = write(tmp_path, KINETICS_HEADER + KINETICS)
    report = maker.make_list(lists.read_kinetics(annotation), root, tmp_path / 'train.txt')
    assert report['classes_without_files'] == ['abseiling']
    # Numbers of the whole official list in alphabetical order; the file of its class's folder.
    assert loaded(tmp_path / 'train.txt', root) == [(piano, 2), (bowling, 1)]
    assert (tmp_path / 'train.classes.txt').read_text() == 'abseiling\nbowling\nplaying piano\n'
    with pytest.raises(ConfigError, match='it has no class blowing nose, blowing out candles'):
        lists.read_kinetics(annotation, lists.KINETICS_SOUNDS)
    assert len(set(lists.KINETICS_SOUNDS)) == 31
    others = ''.join(f'{name},id,0,10,val\n' for name in lists.KINETICS_SOUNDS)
    annotation = write(tmp_path, KINETICS_HEADER + KINETICS + others)
    clips = lists.read_kinetics(annotation, lists.KINETICS_SOUNDS)
    assert {clip.category for clip in clips} == set(lists.KINETICS_SOUNDS)


def test_vggsound(tmp_path, videos):
    root = videos('aaaaaaaaaaa_000030.mp4', 'aaaaaaaaaaa_000090.mp4', '---g-f_I2yQ_000001.mp4')
    annotation = write(tmp_path, VGGSOUND)
    for split, expected in (
        ('train', [('aaaaaaaaaaa_000030.mp4', 0), ('aaaaaaaaaaa_000090.mp4', 1)]),
        ('test', [('---g-f_I2yQ_000001.mp4', 0)]),
    ):
        maker.make_list(lists.read_vggsound(annotation, split), root, tmp_path / f'{split}.csv')
        assert loaded(tmp_path / f'{split}.csv', root) == expected
    assert [clip.end for clip in lists.read_vggsound(annotation, 'test')] == [11]
    with pytest.raises(ConfigError, match=r"names no video of the split 'val'"):
        lists.read_vggsound(annotation, 'val')


def test_flickr_soundnet(tmp_path, videos):
    root = videos('v/12.456.mp4', 'v/77.avi')
    names = write(tmp_path, 'http://host/path/12.456.mp4\n77\n12.456\n\n88.jpg,x\n', 'urls.txt')
    report = maker.make_list(lists.read_flickr(names), root, tmp_path / 'list.txt')
    assert (report['listed'], report['missing']) == (3, 1)
    assert loaded(tmp_path / 'list.txt', root) == [('v/12.456.mp4', -1), ('v/77.avi', -1)]


def test_grid(tmp_path, videos):
    root = videos(*(f's{s}/video/{c}baf2n.mpg' for s in range(1, 9) for c in 'blps'), 'x.mp4')
    train = tmp_path / 'train.csv'
    report = maker.make_folder_lists(root, train, 0.3, grid=True, by_speaker=True)
    assert report['left_out'] == ['x.mp4'] and report['found'] == 33
    train, val = (loaded(tmp_path / f'{part}.csv', root) for part in ('train', 'val'))
    speakers = [{maker.grid_speaker(path) for path, _ in part} for part in (train, val)]
    assert len(train) + len(val) == 32
    assert speakers == [{'s1', 's2', 's4', 's6'}, {'s3', 's5', 's7', 's8'}]
    with (tmp_path / 'train.csv').open(newline='') as file:
        row = next(csv.DictReader(file))
    assert row.pop('file').startswith(f'{row.pop("speaker")}/video/b')
    words = dict(command='bin', colour='blue', preposition='at', letter='f', digit='2')
    assert row == words | dict(adverb='now')


def test_my_folder(tmp_path, videos):
    root = videos('dog/a.mp4', 'dog/b.mp4', 'cat/a.mp4', 'cat/deep/c.mp4')
    maker.make_folder_lists(root, tmp_path / 'all.txt', labels=True)
    expected = [('cat/a.mp4', 0), ('cat/deep/c.mp4', 1), ('dog/a.mp4', 2), ('dog/b.mp4', 2)]
    assert loaded(tmp_path / 'all.txt', root) == expected
    assert (tmp_path / 'all.classes.txt').read_text() == 'cat\ncat/deep\ndog\n'
    with pytest.raises(ConfigError, match='this list would be empty: 4 videos'):
        maker.make_folder_lists(root, tmp_path / 'train.csv', 1e-9)
    videos('loose.mp4')
    with pytest.raises(ConfigError, match=r'loose\.mp4: lies in no folder of a class'):
        maker.make_folder_lists(root, tmp_path / 'all.csv', labels=True)


def test_what_cannot_be_listed(tmp_path, videos):
    root = videos('other.mp4')
    for clips, message in (
        ([Clip('x', 1.0, 11.0)], r'none of the 1 listed clips .* called x_000001_000011\.'),
        ([Clip('other'), Clip('other', 1.0)], '1 files would be listed more than once, e.g. other'),
    ):
        with pytest.raises(ConfigError, match=message):
            maker.make_list(clips, root, tmp_path / 'a.csv')
    with pytest.raises(DataNotFoundError, match='there is no such list'):
        lists.read_flickr(tmp_path / 'gone.txt')
    odd = ['a\nb.mp4', 'a\r.mp4', ' a.mp4', 'clip 5']
    maker.write_list(tmp_path / 'a.csv', [dict(file=name) for name in odd])
    assert [path for path, _ in loaded(tmp_path / 'a.csv', videos(*odd))] == odd
    latin = os.fsdecode(b'\xe9.mp4')
    for name, listed in [(latin, 'a.csv'), *((name, 'a.txt') for name in (*odd, latin))]:
        with pytest.raises(ConfigError, match=r'there is a file named .* cannot hold; rename'):
            maker.write_list(tmp_path / listed, [dict(file=name)])


@pytest.mark.parametrize(
    ('reader', 'text', 'message'),
    [
        (lists.read_audioset, 'a,b\n', r'line 1: has 2 columns, but the list has 4 \(id, st'),
        (lists.read_audioset, 'a,b,c,d\n', r"line 1: 'b' is no time in seconds"),
        (lists.read_kinetics, 'label,id\n', "lacks the column 'youtube_id'"),
        (lists.read_flickr, '\n', 'names no video'),
    ],
)
def test_official_lists_that_cannot_be_read(tmp_path, reader, text, message):
    with pytest.raises(ConfigError, match=message):
        reader(write(tmp_path, text))
