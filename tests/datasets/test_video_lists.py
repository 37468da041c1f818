"""Folders and annotation files, line by line."""

import os
import tempfile
import time
from pathlib import Path

import pytest

from mmav_coattn.datasets.video_lists import find_videos, is_held_out, read_annotations, read_table
from mmav_coattn.errors import ConfigError


def read(tmp_path, text):
    ann_file = tmp_path / 'list.txt'
    ann_file.write_text(text, encoding='utf-8')
    return read_annotations(ann_file, str(tmp_path))


def rows(items):
    return [(item['relpath'], item['label'], item['line']) for item in items]


def test_folder(tmp_path):
    for name in ('b.MP4', 'a/z.webm', 'a/deep/x.avi', 'a/notes.txt', '._b.mp4', '.trash/y.mp4'):
        path = tmp_path / 'videos' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / 'videos' / 'a' / 'loop').symlink_to(tmp_path / 'videos')
    assert find_videos(tmp_path / 'videos') == ['a/deep/x.avi', 'a/z.webm', 'b.MP4']


def test_folder_that_cannot_be_listed():
    """Its videos would be missing in silence; as another user where the tests are run by root."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        Path(folder, 'a.mp4').touch()
        locked = Path(folder, 'locked')
        locked.mkdir(mode=0o000)
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)
            with pytest.raises(ConfigError, match=r'locked: this folder cannot be listed \(Perm'):
                find_videos(Path(folder))
        finally:
            os.seteuid(user)
        locked.chmod(0o755)
        assert find_videos(Path(folder)) == ['a.mp4']


def test_paths_and_labels(tmp_path):
    items = read(tmp_path, '\nsub/a.mp4\n\n  my holiday 2.mp4  \r\nc.mp4')
    assert rows(items) == [('sub/a.mp4', -1, 2), ('my holiday 2.mp4', -1, 4), ('c.mp4', -1, 5)]
    items = read(tmp_path, 'a b.mp4 3\nc.mp4\t12\nd.mp4   -1\n')
    assert rows(items) == [('a b.mp4', 3, 1), ('c.mp4', 12, 2), ('d.mp4', -1, 3)]
    # A number alone is a name.
    assert rows(read(tmp_path, '7\n8')) == [('7', -1, 1), ('8', -1, 2)]


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('', r'list\.txt: this annotation file names no video'),
        ('\n \n\t\n', r'list\.txt: this annotation file names no video'),
        ('a.mp4 1\n\nb.mp4\n', r"line 3: 'b\.mp4' does not end with .* number .*a \.csv table"),
        ('a.mp4\n../secret.mp4', 'line 2: .* leads outside the data root'),
        ('a.mp4\n/etc/secret.mp4', 'line 2: .* leads outside the data root'),
        ('a.mp4\nx/../../secret.mp4', 'line 2: .* leads outside the data root'),
        ('a.mp4\n{root}2/a.mp4', 'line 2: .* leads outside the data root'),
    ],
)
def test_lists_that_cannot_be_read(tmp_path, text, words):
    with pytest.raises(ConfigError, match=words):
        read(tmp_path, text.replace('{root}', str(tmp_path)))


def test_paths_inside_the_root_and_other_files(tmp_path):
    inside = f'{tmp_path}/x/a.mp4'
    assert rows(read(tmp_path, f'{inside}\nx/../b.mp4\nodd..name.mp4')) == [
        ('x/a.mp4', -1, 1),
        ('b.mp4', -1, 2),
        ('odd..name.mp4', -1, 3),
    ]
    ann_file = tmp_path / 'list.txt'
    ann_file.write_bytes(b'\xff\xfe\x00video')
    with pytest.raises(ConfigError, match='is not UTF-8 text'):
        read_annotations(ann_file, str(tmp_path))


def test_long_list_is_quick(tmp_path):
    text = ''.join(f'folder_{i % 300}/video_{i:09d}.mp4 {i % 300}\n' for i in range(100_000))
    began = time.process_time()
    items = read(tmp_path, text)
    assert time.process_time() - began < 2
    assert rows(items)[-1] == ('folder_99/video_000099999.mp4', 99, 100_000)


def write_table(tmp_path, text):
    table = tmp_path / 'list.csv'
    table.write_text(text, encoding='utf-8')
    return table


def test_table(tmp_path):
    text = (
        'digit,file,colour\r\n'
        '2,videos/a.mp4,blue\r\n'
        f'5,"{tmp_path}/videos/b, the second.mp4",red\r\n'
        '7,"line\nbreak.mp4",\r\n'
    )
    assert read_table(write_table(tmp_path, text), str(tmp_path)) == [
        dict(relpath='videos/a.mp4', label=-1, line=2, columns=dict(digit='2', colour='blue')),
        dict(relpath='videos/b, the second.mp4', label=-1, line=3,
             columns=dict(digit='5', colour='red')),
        dict(relpath='line\nbreak.mp4', label=-1, line=5, columns=dict(digit='7', colour='')),
    ]  # fmt: skip
    (row,) = read_table(write_table(tmp_path, 'path\nc.mp4\n'), str(tmp_path))
    assert (row['relpath'], row['columns']) == ('c.mp4', {})
    text = 'file,label,class\na.mp4,3,dog\nb.mp4,,\nc.mp4,-1,cat\n'
    items = read_table(write_table(tmp_path, text), str(tmp_path))
    assert [item['label'] for item in items] == [3, -1, -1]
    assert items[0]['columns'] == {'label': '3', 'class': 'dog'}


def test_tables_that_cannot_be_read(tmp_path):
    for text, message in (
        ('', r"list\.csv: its first line must name .* file or path; it is ''"),
        ('name,label\na.mp4,1\n', r"one of them file or path; it is 'name,label'"),
        ('file\n', r'list\.csv: this table names no video; it has no row'),
        ('file\na.mp4\n../b.mp4\n', r"list\.csv line 3: '\.\./b\.mp4' leads outside the data root"),
        ('label,file\n1,a.mp4\n2\n', r'list\.csv line 3: this row names no file'),
        ('file,label\na.mp4,dog\n', r"list\.csv line 2: the label 'dog' is no whole number"),
        ('file,label\na.mp4,1,2\n', r'list\.csv line 2: this row has 3 cells, but .* 2 columns'),
        ('a,file,b\n1,a.mp4\n', r'list\.csv line 2: this row has 2 cells, but .* 3 columns'),
    ):
        with pytest.raises(ConfigError, match=message):
            read_table(write_table(tmp_path, text), str(tmp_path))
    (tmp_path / 'list.csv').write_bytes(b'file\n\xff\xfe\x00.mp4\n')
    with pytest.raises(ConfigError, match=r'list\.csv: this table is not UTF-8 text'):
        read_table(tmp_path / 'list.csv', str(tmp_path))


def test_held_out_share_stays_the_same_everywhere():
    names = [f'speaker_{i % 7}/{i:05d}.mp4' for i in range(10_000)]
    for share in (0.05, 0.5):
        held_out = sum(is_held_out(name, share) for name in names)
        # 4 standard deviations of a binomial count
        assert abs(held_out - share * 10_000) < 4 * (10_000 * share * (1 - share)) ** 0.5
    # By hand: the first 8 bytes of sha256('a.mp4') over 2 ** 64 are 0.9017.
    value = 0.90168086
    assert is_held_out('a.mp4', value + 1e-7) and not is_held_out('a.mp4', value - 1e-7)
