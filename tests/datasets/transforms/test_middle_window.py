"""The window in the middle of video and audio, or of the video alone."""

from types import SimpleNamespace

import pytest

from mmav_coattn.datasets.transforms import SampleMiddleWindow
from mmav_coattn.errors import ConfigError, TooShortError


def window(common, clip_seconds, **settings):
    spans = dict(common_span=common, video_span=(0.4, 2.4))
    media = SimpleNamespace(path='/films/a.mp4', **spans)
    return SampleMiddleWindow(clip_seconds, **settings)(dict(media=media))


@pytest.mark.parametrize(
    ('span', 'clip_seconds', 'start'),
    [((0.0, 10.0), 1.0, 4.5), ((2.0, 5.0), 1.0, 3.0), ((-0.5, 0.5), 1.0, -0.5)],
)
def test_start_by_hand(span, clip_seconds, start):
    results = window(span, clip_seconds)
    assert results['window_starts'].tolist() == pytest.approx([start])
    assert results['shift'].tolist() == [0] and results['clip_seconds'] == clip_seconds
    assert results['audio_start'] == pytest.approx(start)
    assert results['audio_seconds'] == clip_seconds


@pytest.mark.parametrize(
    ('clip_seconds', 'span', 'start'),
    [(0.8, None, 1.0), (0.4, (0.2, 1.0), 0.8), (0.4, (1.0, 9.0), 1.7)],
)
def test_video_alone(clip_seconds, span, start):
    """A span counts from the first frame, and ends with the last."""
    results = window(None, clip_seconds, video_only=True, span=span)
    assert results['window_starts'].tolist() == pytest.approx([start])
    assert results.keys() == {'media', 'window_starts', 'clip_seconds'}


@pytest.mark.parametrize(
    ('common', 'settings', 'error', 'message'),
    [
        ((1.0, 1.9), dict(clip_seconds=1.0), TooShortError, r'a\.mp4: .* for 0\.900 s, .* 1\.0 s'),
        # Audio that ends before the video begins.
        ((3.0, 2.0), dict(clip_seconds=1.0), TooShortError, r'overlap for 0\.000 s'),
        (
            None,
            dict(clip_seconds=2.5, video_only=True),
            TooShortError,
            'lasts 2.000 s, but a clip has clip_seconds=2.5',
        ),
        (
            None,
            dict(clip_seconds=0.8, video_only=True, span=(0, 0.5)),
            TooShortError,
            r'lasts 0\.500 s within span=\(0, 0.5\)',
        ),
        (None, dict(clip_seconds=0), ConfigError, 'clip_seconds=0 must be more than 0'),
        (None, dict(clip_seconds=1, video_only=True, span=(2, 1)), ConfigError, 'two rising times'),
        (None, dict(clip_seconds=1, span=(0, 1)), ConfigError, 'with video_only=True'),
    ],
)
def test_what_is_too_short_or_badly_set_is_told(common, settings, error, message):
    with pytest.raises(error, match=message):
        window(common, **settings)
