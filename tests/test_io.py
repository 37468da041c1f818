import os
import threading
from unittest.mock import Mock

import pytest

from mmav_coattn.errors import UserError
from mmav_coattn.io import acquire_lock, whole_file, write_whole


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_appears_when_it_is_complete(tmp_path):
    name = f'{"é" * 125}x.mp4'  # 255 bytes, as many as a name may have
    path = tmp_path / 'new' / name
    for content in (b'first', b'second'):
        with whole_file(path) as partial:
            partial.write_bytes(content)
            assert partial.parent == path.parent and partial.suffix == '.mp4'
            assert not path.exists() or path.read_bytes() == b'first'
        assert path.read_bytes() == content and names(path.parent) == [name]


def test_an_error_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / 'a.txt'
    write_whole('é', path)
    with pytest.raises(KeyError), whole_file(path) as partial:
        partial.write_text('half')
        raise KeyError
    # Of another file, whose own error it is.
    with pytest.raises(FileNotFoundError), whole_file(path) as partial:
        partial.write_text((tmp_path / 'source.txt').read_text())
    monkeypatch.setattr(os, 'fsync', Mock(side_effect=OSError(28, 'No space left on device')))
    with pytest.raises(UserError, match=r'a\.txt: cannot be written \(No space left on device\)'):
        write_whole('better', path)
    # A file where its folder should be.
    with pytest.raises(UserError, match=r'a\.txt/b\.txt: cannot be written \((File|Not)'):
        write_whole('', path / 'b.txt')
    assert path.read_bytes() == b'\xc3\xa9' and names(tmp_path) == ['a.txt']


def test_leftovers_are_written_over_and_processes_kept_apart(tmp_path):
    path = tmp_path / 'a.txt'
    with whole_file(path) as partial, whole_file(path, unique=True) as own:
        assert partial != own and str(os.getpid()) in own.name
        partial.write_text('half')
        own.write_text('other')
    (tmp_path / partial.name).write_text('left over by a killed process')
    write_whole('whole', path)
    assert path.read_text() == 'whole' and names(tmp_path) == ['a.txt']


def test_lock_excludes_and_is_released_on_error(tmp_path):
    path, waits, order = tmp_path / 'lock', [], []

    def second():
        with acquire_lock(path, on_wait=lambda: waits.append(1)):
            order.append('second')

    with acquire_lock(path, pytest.fail):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive() and waits == [1]
        order.append('first')
    thread.join()
    assert order == ['first', 'second']
    with pytest.raises(KeyError), acquire_lock(path, pytest.fail):
        raise KeyError
    acquire_lock(path, pytest.fail).lock.release()
