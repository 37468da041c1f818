from types import SimpleNamespace

import av
import numpy as np
import pytest

from mmav_coattn.media.audio_reader import Segment

RATE = 16000


def segment_of(wave, stamps, sample_format='fltp'):
    """Decoded frames of two channels whose mean is ``wave``, in a format of FFmpeg's."""
    segment = Segment(RATE, 2, av.AudioResampler('fltp'))
    for stamp, piece in zip(stamps, np.split(wave, len(stamps)), strict=True):
        planes = np.stack([0.5 * piece, 1.5 * piece]).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(planes, 'fltp', 'stereo')
        frame.sample_rate = RATE
        (frame,) = av.AudioResampler(sample_format, 'stereo', RATE).resample(frame)
        segment.append(stamp, frame)
    return segment


@pytest.mark.parametrize(
    ('sample_format', 'tolerance'),
    [('u8', 1 / 128), ('s16', 2e-5), ('s16p', 2e-5)]
    + [(name, 1e-7) for name in ('s32', 's32p', 'flt', 'fltp', 'dbl')],
)
def test_channels_at_full_scale(sample_format, tolerance):
    wave = 0.6 * np.sin(np.arange(2000) * 0.05)
    segment = segment_of(wave, (0, 1000 / RATE), sample_format)
    mono = segment.mix()
    assert mono.dtype == np.float32
    np.testing.assert_allclose(mono, wave, atol=tolerance)
    np.testing.assert_allclose(segment.mix(2), [0.5 * wave, 1.5 * wave], atol=tolerance)
    np.testing.assert_allclose(segment.mix(1), [wave], atol=tolerance)


def test_what_follows_without_a_hole_and_rounded_stamps():
    segment = segment_of(np.zeros(1600), [1.0])
    frame = SimpleNamespace(sample_rate=RATE, layout=SimpleNamespace(nb_channels=2))
    times = (1.095, 1.1, 1.103, 1.105)
    assert [segment.continues_with(time, frame) for time in times] == [False, True, True, False]
    frame.sample_rate = 8000
    assert not segment.continues_with(1.1, frame)
    # Matroska rounds to 1 ms; 160 samples last exactly 10 ms, and one stamp is off.
    stamps = [round(0.2503 + 0.01 * i + (0.0004 if i == 4 else 0), 3) for i in range(9)]
    assert segment_of(np.zeros(9 * 160), stamps).start == pytest.approx(0.250, abs=1e-9)
