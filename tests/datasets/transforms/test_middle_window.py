"""The window in the middle of what has both picture and sound."""

from types import SimpleNamespace

import pytest

from mmav_coattn.datasets.transforms.middle_window import SampleMiddleWindow
from mmav_coattn.errors import ConfigError, TooShortError


def window(span, clip_seconds):
    media = SimpleNamespace(common_span=span, path='/films/a.mp4')
    return SampleMiddleWindow(clip_seconds)(dict(media=media))


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


def test_what_is_too_short_is_named_with_both_lengths():
    with pytest.raises(TooShortError, match=r'a\.mp4: .*overlap for 0\.900 s, .* needs 1\.0 s'):
        window((1.0, 1.9), 1.0)
    # Sound that ends before the picture begins.
    with pytest.raises(TooShortError, match=r'overlap for 0\.000 s'):
        window((3.0, 2.0), 1.0)
    with pytest.raises(ConfigError, match='clip_seconds=0 must be more than 0'):
        SampleMiddleWindow(0)
    assert repr(SampleMiddleWindow(2)) == 'SampleMiddleWindow(clip_seconds=2.0)'
