import os
import tempfile
import time
from pathlib import Path

import pytest

from mmav_coattn.datasets.video_lists import find_videos, is_held_out, read_annotations, read_table
from mmav_coattn.errors import ConfigError


def read(tmp_path, text, reader=read_annotations):
    """What a reader finds in a file with this text or these bytes."""
    path = tmp_path / ('list.csv' if reader is read_table else 'list.txt')
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return reader(path, str(tmp_path))


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
        Path(folder, 'locked').mkdir(mode=0o000)
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)
            with pytest.raises(ConfigError, match=r'locked: this folder cannot be listed \(Perm'):
                find_videos(Path(folder))
        finally:
            os.seteuid(user)


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('\nsub/a.mp4\n\n  my trip 2.mp4  \r', [('sub/a.mp4', -1, 2), ('my trip 2.mp4', -1, 4)]),
        ('a b.mp4 3\nc.mp4\t12\nd   -1\n', [('a b.mp4', 3, 1), ('c.mp4', 12, 2), ('d', -1, 3)]),
        ('\ufeff7\n8', [('7', -1, 1), ('8', -1, 2)]),  # a number alone is a name; a byte order mark
        ('{root}/x/a\nx/../b\no..x', [('x/a', -1, 1), ('b', -1, 2), ('o..x', -1, 3)]),
    ],
)
def test_paths_and_labels(tmp_path, text, expected):
    assert rows(read(tmp_path, text.replace('{root}', str(tmp_path)))) == expected


def test_long_list_is_quick(tmp_path):
    text = ''.join(f'folder_{i % 300}/video_{i:09d}.mp4 {i % 300}\n' for i in range(100_000))
    began = time.process_time()
    items = read(tmp_path, text)
    assert time.process_time() - began < 2
    assert rows(items)[-1] == ('folder_99/video_000099999.mp4', 99, 100_000)


def test_table(tmp_path):
    text = (
        'digit,file,colour\r\n2,videos/a.mp4,blue\r\n'
        f'5,"{tmp_path}/b, the second.mp4",red\r\n7,"line\nbreak.mp4",\r\n'
    )
    items = read(tmp_path, text, read_table)
    found = [('videos/a.mp4', -1, 2), ('b, the second.mp4', -1, 3), ('line\nbreak.mp4', -1, 5)]
    assert rows(items) == found
    columns = [dict(digit='2', colour='blue'), dict(digit='5', colour='red')]
    assert [x['columns'] for x in items] == [*columns, dict(digit='7', colour='')]
    items = read(tmp_path, 'path,label,class\na.mp4,3,dog\nb.mp4,,\nc.mp4,-1,cat\n', read_table)
    assert rows(items) == [('a.mp4', 3, 2), ('b.mp4', -1, 3), ('c.mp4', -1, 4)]
    assert items[0]['columns'] == {'label': '3', 'class': 'dog'}


LINES, TABLE = read_annotations, read_table


@pytest.mark.parametrize(
    ('reader', 'text', 'words'),
    [
        (LINES, '', r'list\.txt: this annotation file names no video'),
        (LINES, '\n \n\t\n', r'list\.txt: this annotation file names no video'),
        (LINES, 'a.mp4 1\n\nb.mp4\n', r"line 3: 'b\.mp4' does not end with .* number .*a \.csv"),
        (LINES, 'a.mp4\n../secret.mp4', 'line 2: .* leads outside the data root'),
        (LINES, 'a.mp4\n/etc/secret.mp4', 'line 2: .* leads outside the data root'),
        (LINES, 'a.mp4\nx/../../secret.mp4', 'line 2: .* leads outside the data root'),
        (LINES, 'a.mp4\n{root}2/a.mp4', 'line 2: .* leads outside the data root'),
        (LINES, b'\xff\xfe\x00video', r'list\.txt: this annotation file is not UTF-8 text'),
        (TABLE, '', r"list\.csv: its first line must name .* file or path; it is ''"),
        (TABLE, 'name,label\na.mp4,1\n', r"one of them file or path; it is 'name,label'"),
        (TABLE, 'file\n', r'list\.csv: this table names no video; it has no row'),
        (TABLE, 'file\na.mp4\n../b.mp4\n', r"line 3: '\.\./b\.mp4' leads outside the data root"),
        (TABLE, 'label,file\n1,a.mp4\n2\n', r'list\.csv line 3: this row names no file'),
        (TABLE, 'file,label\na.mp4,dog\n', r"list\.csv line 2: the label 'dog' is no whole number"),
        (TABLE, 'file,label\na.mp4,1,2\n', 'line 2: this row has 3 cells, but .* 2 columns'),
        (TABLE, 'a,file,b\n1,a.mp4\n', 'line 2: this row has 2 cells, but .* 3 columns'),
        (TABLE, b'file\n\xff\xfe\x00.mp4\n', r'list\.csv: this table is not UTF-8 text'),
    ],
)
def test_lists_that_cannot_be_read(tmp_path, reader, text, words):
    text = text.replace('{root}', str(tmp_path)) if isinstance(text, str) else text
    with pytest.raises(ConfigError, match=words):
        read(tmp_path, text, reader)


def test_held_out_share_stays_the_same_everywhere():
    # By hand: the first 8 bytes of sha256('a.mp4') over 2 ** 64 are 0.9017.
    value = 0.90168086
    assert is_held_out('a.mp4', value + 1e-7) and not is_held_out('a.mp4', value - 1e-7)
