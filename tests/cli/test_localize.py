"""`mmav-coattn localize` on a folder: what can be used is done, the rest is named."""

import pytest

from mmav_coattn.media import MediaFile


def test_folder_of_odd_files(command, network, odd_files, check_complaints, tmp_path):
    code, out, err = command('localize', odd_files, '-o', tmp_path, '--network', network, '--quiet')
    assert code == 1
    made = sorted(file.name for file in tmp_path.iterdir())
    assert made == ['large.mp4', 'plain.mp4', 'rotated.mp4', 'variable.mp4']
    check_complaints(out, err)

    def shape_and_times(path):
        with MediaFile(path) as media:
            times = [frame.time for frame in media.iter_frames()]
            return media.read_frames([0.5]).shape[1:], times

    assert shape_and_times(tmp_path / 'rotated.mp4')[0] == (96, 64, 3)
    assert shape_and_times(tmp_path / 'large.mp4')[0] == (2160, 3840, 3)
    # The rate stays variable.
    times = shape_and_times(tmp_path / 'variable.mp4')[1]
    assert times == pytest.approx([0, 0.1, 0.14, 0.5, 0.52, 0.9, 1.3, 1.31, 1.6], abs=0.002)
