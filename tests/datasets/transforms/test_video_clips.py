"""Clips of the picture: where they lie, which frames they hold; a cache changes nothing."""

import numpy as np
import pytest
from media_factory import frame_number, write_clip
from mmaction.registry import TRANSFORMS

from mmav_coattn.datasets.transforms import LoadClipFrames, SampleVideoClips, TemporalCrop
from mmav_coattn.errors import ConfigError, TooShortError
from mmav_coattn.media import MediaFile


@pytest.fixture(scope='module')
def video(media_folder):
    # No sound, and the picture starts late.
    path = media_folder / 'silent_late.mp4'
    return write_clip(path, duration=2.0, audio=False, video_start=0.4)


def starts(video, **settings):
    with MediaFile(video.path) as media:
        return SampleVideoClips(**settings)(dict(media=media))['window_starts']


def test_test_clips_are_spread_from_end_to_end(video):
    np.testing.assert_allclose(
        starts(video, clip_seconds=0.8, num_clips=3, test_mode=True), [0.4, 1.0, 1.6], atol=1e-6
    )
    np.testing.assert_allclose(starts(video, clip_seconds=0.8, test_mode=True), [1.0], atol=1e-6)


def test_span_counts_from_the_first_frame(video):
    found = starts(video, clip_seconds=0.4, num_clips=2, span=(0.2, 1.0), test_mode=True)
    np.testing.assert_allclose(found, [0.6, 1.0], atol=1e-6)
    found = starts(video, clip_seconds=0.4, num_clips=2, span=(1.0, 9.0), test_mode=True)
    np.testing.assert_allclose(found, [1.4, 2.0], atol=1e-6)


def test_training_clips_lie_anywhere(video):
    np.random.seed(0)
    found = starts(video, clip_seconds=0.5, num_clips=2000)
    assert found.min() >= 0.4 and found.max() <= 1.9 + 1e-9
    counts = np.histogram(found, 5, (0.4, 1.9))[0]
    assert counts.min() > 300


def test_too_short_is_refused(video):
    with pytest.raises(TooShortError, match='lasts 2.000 s, but a clip has clip_seconds=2.5'):
        starts(video, clip_seconds=2.5)
    with pytest.raises(TooShortError, match=r'within span=\(0, 0.5\)'):
        starts(video, clip_seconds=0.8, span=(0, 0.5))


@pytest.mark.parametrize(
    'settings',
    [dict(clip_seconds=0), dict(clip_seconds=1, num_clips=0), dict(clip_seconds=1, span=(2, 1))],
)
def test_bad_settings(settings):
    with pytest.raises(ConfigError):
        SampleVideoClips(**settings)


def test_frames_of_all_clips(video):
    with MediaFile(video.path) as media:
        results = dict(media=media, window_starts=np.array([0.4, 1.2]), clip_seconds=0.4)
        results = LoadClipFrames(num_frames=5)(results)
    # 25 frames/s: every second of the 10 frames of each clip; the middle of each fifth.
    assert [frame_number(image) for image in results['imgs']] == [1, 3, 5, 7, 9, 21, 23, 25, 27, 29]
    assert (results['num_clips'], results['clip_len']) == (2, 5)
    shaped = TRANSFORMS.build(dict(type='FormatShape', input_format='NCTHW'))(results)
    assert shaped['imgs'].shape == (2, 3, 5, 64, 64)


def test_temporal_crop():
    def crop(**settings):
        results = dict(imgs=list(np.arange(10)), clip_len=10, num_clips=1)
        return TemporalCrop(4, **settings)(results)

    assert crop(test_mode=True)['imgs'] == [3, 4, 5, 6] and crop()['clip_len'] == 4
    np.random.seed(0)
    assert {crop()['imgs'][0] for _ in range(200)} == set(range(7))
    several = crop(num_clips=3, test_mode=True)
    assert several['imgs'] == [0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9] and several['num_clips'] == 3
    with pytest.raises(ConfigError, match='num_frames=11 cannot be cut'):
        TemporalCrop(11)(dict(imgs=list(range(10)), clip_len=10, num_clips=1))
