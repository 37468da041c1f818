"""A copy is made only where one shift mends the file."""

import numpy as np
import pytest
from media_factory import write_clip

from mmav_coattn.apis.sync_fix import fix_sync
from mmav_coattn.apis.sync_result import Drift, SyncResult
from mmav_coattn.errors import UnknownOffsetError
from mmav_coattn.media import MediaFile


def measured(path, offset, drift=None):
    shifts = np.linspace(-1, 1, 51)
    scores = np.zeros((1, 51))
    times, best = np.zeros(1), offset or 0.0
    return SyncResult(
        str(path), offset, 0.9, best, False, 0.04, shifts, scores[0], times, scores, times[:0], [],
        drift, [],
    )  # fmt: skip


class Measurer:
    """Stands for the inferencer: notes what it is asked, and finds everything in sync."""

    def __init__(self):
        self.asked = []

    def sync(self, path, **settings):
        self.asked.append((path, settings))
        return measured(path, 0.0)


def test_sound_is_moved_and_the_copy_measured_with_the_same_settings(tmp_path):
    write_clip(tmp_path / 'late.mkv', duration=1.0, audio_start=0.25, audio_codec='pcm_s16le')
    inferencer = Measurer()
    found = measured(tmp_path / 'late.mkv', 0.25)
    fixed = fix_sync(inferencer, found, tmp_path / 'copy.mkv', max_offset=0.5)
    assert fixed.shift == -0.25 and inferencer.asked == [(fixed.path, dict(max_offset=0.5))]
    with MediaFile(fixed.path) as media:
        assert media.audio_span == pytest.approx((0.0, 1.0), abs=0.002)
    assert 'audio moved 0.250 s earlier' in fixed.sentence()
    assert fixed.to_dict()['after']['offset'] == 0.0


@pytest.mark.parametrize(
    ('offset', 'drift', 'sentence'),
    [
        (None, None, 'was not mended: cannot tell'),
        (0.4, Drift(0.001, 0.1, 0.7), r'no one shift mends a drift: .*drifts by \+60 ms a minute'),
    ],
)
def test_no_copy_where_no_shift_would_mend_it(tmp_path, offset, drift, sentence):
    found = measured(tmp_path / 'x.mp4', offset, drift)
    with pytest.raises(UnknownOffsetError, match=sentence):
        fix_sync(Measurer(), found, tmp_path / 'copy.mp4')
    assert not list(tmp_path.iterdir())
