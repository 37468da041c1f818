from unittest.mock import Mock

import pytest
from media_factory import write_clip
from sync_results import DRIFT, JUMP, sync_result

from mmav_coattn.apis.sync_fix import fix_sync
from mmav_coattn.errors import UnknownOffsetError
from mmav_coattn.media import MediaFile

#: Its worst offset is beyond that of the original.
WORSE = [JUMP[0], JUMP[1]._replace(offset=-0.5)]


def measurer(offset=0.0, **changes):
    """Stands for the inferencer: finds what it was told."""
    return Mock(**{'sync.side_effect': lambda path, **_: sync_result(path, offset, **changes)})


@pytest.fixture
def late(tmp_path):
    path = tmp_path / 'late.mkv'
    write_clip(path, duration=1.0, audio_start=0.25, audio_codec='pcm_s16le')
    return sync_result(path, 0.25, network='faces')


def test_sound_is_moved_and_the_copy_measured_with_the_same_settings(late, tmp_path):
    inferencer = measurer()
    fixed = fix_sync(inferencer, late, tmp_path / 'copy.mkv', max_offset=0.5)
    assert fixed.shift == -0.25
    inferencer.sync.assert_called_once_with(fixed.path, max_offset=0.5, network='faces')
    with MediaFile(fixed.path) as media:
        assert media.audio_span == pytest.approx((0.0, 1.0), abs=0.002)
    assert 'audio moved 0.250 s earlier' in fixed.sentence()
    assert fixed.to_dict()['after']['offset'] == 0.0
    lossy = fixed._replace(left_out=['cover art', 'data'])
    assert 'video not encoded again; not copied: cover art, data; measured' in lossy.sentence()


@pytest.mark.parametrize(
    ('offset', 'change', 'sentence'),
    [
        (None, {}, 'was not mended: cannot tell'),
        (0.4, dict(pieces=JUMP), r'no one shift mends a jump: the offset jumps: audio is 0\.02'),
        (0.4, dict(drift=DRIFT), r'no one shift mends a drift: .*drifts by \+60 ms a minute'),
    ],
)
def test_no_copy_where_no_shift_would_mend_it(tmp_path, offset, change, sentence):
    found = sync_result(tmp_path / 'x.mp4', offset, **change)
    with pytest.raises(UnknownOffsetError, match=sentence):
        fix_sync(measurer(), found, tmp_path / 'copy.mp4')
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ('after', 'said'),
    [
        (dict(offset=-0.25), r'audio is 0\.25 s early .*; the original, audio is 0\.25 s late'),
        (dict(offset=None), 'cannot tell'),
        (dict(offset=0.0, pieces=WORSE), 'the offset jumps'),
    ],
)
def test_a_copy_that_is_no_better_is_removed(late, tmp_path, after, said):
    sentence = f'the copy is not nearer to sync: measured again, {said}'
    with pytest.raises(UnknownOffsetError, match=sentence):
        fix_sync(measurer(**after), late, tmp_path / 'copy.mkv')
    assert [file.name for file in tmp_path.iterdir()] == ['late.mkv']
