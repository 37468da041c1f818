import os
from unittest.mock import Mock

import pytest
import torch
from mmengine.runner import checkpoint, runner
from mmengine.runner.checkpoint import save_checkpoint

from mmav_coattn.checkpoint_files import find_newest_checkpoint, is_whole
from mmav_coattn.errors import TrainingError


def test_disk_full_while_saving(tmp_path, monkeypatch):
    path = tmp_path / 'epoch_1.pth'
    save_checkpoint(dict(weight=torch.ones(9)), str(path))
    before = path.read_bytes()
    monkeypatch.setattr(os, 'fsync', Mock(side_effect=OSError(28, 'No space left on device')))
    with pytest.raises(TrainingError, match=r'epoch_1\.pth: cannot be written \(No .*--resume'):
        save_checkpoint(dict(weight=torch.ones(5)), str(path))
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_half_a_file_is_not_whole(tmp_path):
    save_checkpoint(dict(weight=torch.ones(99)), str(tmp_path / 'epoch_1.pth'))
    data = (tmp_path / 'epoch_1.pth').read_bytes()
    flipped = bytearray(data)
    flipped[data.index(torch.ones(9).numpy().tobytes())] ^= 1
    for broken in (b'', data[: len(data) // 2], data[:-1], bytes(flipped)):
        (tmp_path / 'broken.pth').write_bytes(broken)
        assert not is_whole(tmp_path / 'broken.pth')
    assert is_whole(tmp_path / 'epoch_1.pth') and not is_whole(tmp_path / 'absent.pth')


def test_the_newest_whole_one_is_found(tmp_path):
    assert find_newest_checkpoint(tmp_path) is None
    # The newest by time, then by number; other files and names do not count.
    for name, time in dict(epoch_10=1, epoch_9=2, iter_70=2, best=9, epoch_3=3).items():
        save_checkpoint(dict(weight=torch.ones(1)), str(tmp_path / f'{name}.pth'))
        os.utime(tmp_path / f'{name}.pth', (time, time))
    assert find_newest_checkpoint(tmp_path) == str(tmp_path / 'epoch_3.pth')
    (tmp_path / 'epoch_3.pth').write_bytes(b'half')
    os.utime(tmp_path / 'epoch_3.pth', (3, 3))
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_3.pth'))
    assert find_newest_checkpoint(str(tmp_path)) == str(tmp_path / 'iter_70.pth')

    for module in (checkpoint, runner):  # mmengine finds by it
        assert module.find_latest_checkpoint is find_newest_checkpoint
