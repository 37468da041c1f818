from types import SimpleNamespace

import pytest

from mmav_coattn.datasets import transforms
from mmav_coattn.errors import ConfigError, TooShortError

WINDOWS = dict(clip_seconds=1)
FRAMES = dict(size=32)
TIGHT = WINDOWS | dict(num_negatives=3, min_shift=0.5, audio_seconds=2, grid=0.1)


@pytest.mark.parametrize(
    ('name', 'settings', 'message'),
    [
        ('LoadAudio', dict(sample_rate=0), 'LoadAudio: sample_rate=0 must be more than 0'),
        ('LoadFrames', dict(num_frames=0), 'LoadFrames: num_frames=0 must be more than 0'),
        ('LoadFrames', dict(num_frames=1, short_side=0), 'short_side=0 must be more than 0'),
        ('SampleMiddleWindow', dict(clip_seconds=0), 'clip_seconds=0 must be more than 0'),
        ('SampleMiddleWindow', WINDOWS | dict(video_only=True, span=(2, 1)), 'two rising times'),
        ('SampleMiddleWindow', WINDOWS | dict(span=(0, 1)), 'with video_only=True'),
        ('SlideSyncWindows', WINDOWS | dict(grid=0), 'SlideSyncWindows: grid=0 must be'),
        ('SampleSyncWindows', dict(clip_seconds=0), 'clip_seconds=0 must be more than 0'),
        ('SampleSyncWindows', WINDOWS | dict(min_shift=-1), 'min_shift=-1 must be'),
        ('SampleSyncWindows', WINDOWS | dict(grid=0), 'SampleSyncWindows: grid=0 must be'),
        ('SampleSyncWindows', WINDOWS | dict(num_negatives=-1), '-1 must not be negative'),
        ('SampleSyncWindows', TIGHT, 'audio_seconds=2 cannot hold 4 windows .* be 2.500 s or more'),
        ('ChangeSpeed', dict(speed=(1.2, 0.8)), 'two rising numbers'),
        ('AugmentFrames', FRAMES | dict(area=(0, 1)), 'two rising shares'),
        ('AugmentFrames', FRAMES | dict(area=(0.5, 1.2)), 'two rising shares'),
        ('AugmentFrames', FRAMES | dict(stretch=0.5), 'stretch=0.5 at least 1'),
        ('FixedCrop', dict(box=(0, 0, 1)), '0 <= x0 < x1 <= 1'),
        ('FixedCrop', dict(box=(0.5, 0, 0.5, 1)), '0 <= x0 < x1 <= 1'),
        ('FixedCrop', dict(box=(0, 0, 1.1, 1)), '0 <= x0 < x1 <= 1'),
        ('FixedCrop', dict(box=(0, -0.1, 1, 1)), '0 <= x0 < x1 <= 1'),
    ],
)
def test_bad_settings(name, settings, message):
    with pytest.raises(ConfigError, match=message):
        getattr(transforms, name)(**settings)


ALONE = dict(video_only=True)


@pytest.mark.parametrize(
    ('name', 'settings', 'end', 'message'),
    [
        ('SampleMiddleWindow', WINDOWS, 1.9, r'a\.mp4: .* for 0\.900 s, but the window needs 1 s'),
        # Audio that ends before the video begins.
        ('SampleMiddleWindow', WINDOWS, 0.5, r'overlap for 0\.000 s'),
        ('SampleMiddleWindow', ALONE | dict(clip_seconds=2.5), 9, r'2\.000 s, .*_seconds=2\.5'),
        ('SampleMiddleWindow', ALONE | WINDOWS | dict(span=(0, 0.5)), 9, r'0\.500 s within span='),
        ('SlideSyncWindows', WINDOWS, 2.0, r'for 1\.000 s, but sliding .* needs 1\.040 s'),
        ('SampleSyncWindows', WINDOWS, 2.79, r'for 1\.790 s, and .* of audio_seconds=1\.800'),
    ],
)
def test_files_that_are_too_short(name, settings, end, message):
    media = SimpleNamespace(path='/films/a.mp4', common_span=(1.0, end), video_span=(0.4, 2.4))
    with pytest.raises(TooShortError, match=message):
        getattr(transforms, name)(**settings)(dict(media=media, relpath='a.mp4'))
