from types import SimpleNamespace

import pytest

from mmav_coattn.datasets.transforms import SampleMiddleWindow


def window(common, clip_seconds, **settings):
    spans = dict(common_span=common, video_span=(0.4, 2.4))
    media = SimpleNamespace(path='/films/a.mp4', **spans)
    return SampleMiddleWindow(clip_seconds, **settings)(dict(media=media))


@pytest.mark.parametrize(('span', 'start'), [((0, 10), 4.5), ((2, 5), 3.0), ((-0.5, 0.5), -0.5)])
def test_start_by_hand(span, start):
    results = window(span, 1.0)
    assert results['window_starts'].tolist() == pytest.approx([start])
    assert results['shift'].tolist() == [0] and results['clip_seconds'] == 1.0
    assert (results['audio_start'], results['audio_seconds']) == pytest.approx((start, 1.0))


@pytest.mark.parametrize(
    ('clip_seconds', 'span', 'start'),
    [(0.8, None, 1.0), (0.4, (0, 0.8), 0.6), (0.4, (0.2, 1.0), 0.8), (0.4, (1.0, 9.0), 1.7)],
)
def test_video_alone(clip_seconds, span, start):
    """A span counts from the first frame, and ends with the last."""
    results = window(None, clip_seconds, video_only=True, span=span)
    assert results['window_starts'].tolist() == pytest.approx([start])
    assert results.keys() == {'media', 'window_starts', 'clip_seconds'}
