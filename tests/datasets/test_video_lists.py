"""Folders and annotation files, line by line."""

import time

import pytest

from mmav_coattn.datasets.video_lists import find_videos, read_annotations
from mmav_coattn.errors import ConfigError


def read(tmp_path, text, **options):
    ann_file = tmp_path / 'list.txt'
    ann_file.write_text(text, encoding='utf-8')
    return read_annotations(ann_file, str(tmp_path), **options)


def rows(items):
    return [(item['relpath'], item['label'], item['line']) for item in items]


def test_folder(tmp_path):
    for name in ('b.MP4', 'a/z.webm', 'a/deep/x.avi', 'a/notes.txt', '._b.mp4', '.trash/y.mp4'):
        path = tmp_path / 'videos' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / 'videos' / 'a' / 'loop').symlink_to(tmp_path / 'videos')
    assert find_videos(tmp_path / 'videos') == ['a/deep/x.avi', 'a/z.webm', 'b.MP4']


def test_paths_only(tmp_path):
    items = read(tmp_path, '\nsub/a.mp4\n\n  my holiday 2.mp4  \r\nc.mp4')
    assert rows(items) == [('sub/a.mp4', -1, 2), ('my holiday 2.mp4', -1, 4), ('c.mp4', -1, 5)]


def test_labels(tmp_path):
    items = read(tmp_path, 'a b.mp4 3\nc.mp4\t12\nd.mp4   -1\n')
    assert rows(items) == [('a b.mp4', 3, 1), ('c.mp4', 12, 2), ('d.mp4', -1, 3)]
    # Names that end with a number look like labels; the setting decides.
    assert rows(read(tmp_path, 'clip 1\nclip 2', with_labels=False)) == [
        ('clip 1', -1, 1),
        ('clip 2', -1, 2),
    ]


def test_labels_on_some_lines_only(tmp_path):
    message = r"list\.txt line 3: 'b\.mp4' does not end with a whole number .*set with_labels"
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, 'a.mp4 1\n\nb.mp4\n')
    with pytest.raises(ConfigError, match=r"line 1: 'a\.mp4' does not end with"):
        read(tmp_path, 'a.mp4\n', with_labels=True)
    with pytest.raises(ConfigError, match=r"line 1: '7' does not end with"):
        read(tmp_path, '7\n', with_labels=True)


@pytest.mark.parametrize('text', ['', '\n \n\t\n'])
def test_empty(tmp_path, text):
    with pytest.raises(ConfigError, match=r'list\.txt: this annotation file names no video'):
        read(tmp_path, text)


def test_no_text(tmp_path):
    ann_file = tmp_path / 'list.txt'
    ann_file.write_bytes(b'\xff\xfe\x00video')
    with pytest.raises(ConfigError, match='is not UTF-8 text'):
        read_annotations(ann_file, str(tmp_path))


def test_paths_outside_the_root(tmp_path):
    inside = f'{tmp_path}/x/a.mp4'
    assert rows(read(tmp_path, f'{inside}\nx/../b.mp4\nodd..name.mp4')) == [
        ('x/a.mp4', -1, 1),
        ('b.mp4', -1, 2),
        ('odd..name.mp4', -1, 3),
    ]
    for outside in ('../secret.mp4', '/etc/secret.mp4', 'x/../../secret.mp4', f'{tmp_path}2/a.mp4'):
        with pytest.raises(ConfigError, match=r'line 2: .* leads outside the data root'):
            read(tmp_path, f'a.mp4\n{outside}\n')
    allowed = read(tmp_path, '/etc/secret.mp4', allow_outside=True)
    assert rows(allowed) == [('/etc/secret.mp4', -1, 1)]


def test_long_list_is_quick(tmp_path):
    text = ''.join(f'folder_{i % 300}/video_{i:09d}.mp4 {i % 300}\n' for i in range(100_000))
    began = time.perf_counter()
    items = read(tmp_path, text)
    assert time.perf_counter() - began < 2
    assert rows(items)[-1] == ('folder_99/video_000099999.mp4', 99, 100_000)
