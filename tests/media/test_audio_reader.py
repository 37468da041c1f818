"""Samples by their time stamps: every sample format, and holes."""

from types import SimpleNamespace

import av
import numpy as np
import pytest
from media_factory import reference_wave, write_clip

from mmav_coattn.errors import UnreadableMediaError
from mmav_coattn.media.audio_reader import Segment, read_waveform

RATE = 16000


def frame_of(wave, sample_format, rate=RATE):
    """A decoded frame of two channels whose mean is ``wave``, in a format of FFmpeg's."""
    planes = np.stack([0.5 * wave, 1.5 * wave]).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(planes, 'fltp', 'stereo')
    frame.sample_rate = rate
    (frame,) = av.AudioResampler(sample_format, 'stereo', rate).resample(frame)
    return frame


def stereo():
    return Segment(RATE, 2, av.AudioResampler('fltp'))


@pytest.mark.parametrize(
    ('sample_format', 'tolerance'),
    [('u8', 1 / 128), ('s16', 2e-5), ('s16p', 2e-5)]
    + [(name, 1e-7) for name in ('s32', 's32p', 'flt', 'fltp', 'dbl')],
)
def test_mean_of_the_channels_at_full_scale(sample_format, tolerance):
    wave = 0.6 * np.sin(np.arange(2000) * 0.05)
    segment = stereo()
    for first in (0, 1000):
        segment.append(first / RATE, frame_of(wave[first : first + 1000], sample_format))
    mono = segment.mono()
    assert mono.dtype == np.float32 and mono.shape == (2000,)
    np.testing.assert_allclose(mono, wave, atol=tolerance)
    planes = segment.planes()
    assert planes.shape == (2, 2000)
    np.testing.assert_allclose(planes, [0.5 * wave, 1.5 * wave], atol=tolerance)


def test_what_follows_without_a_hole():
    segment = stereo()
    segment.append(1.0, frame_of(np.zeros(1600), 'fltp'))
    frame = SimpleNamespace(sample_rate=RATE, layout=SimpleNamespace(nb_channels=2))
    assert segment.end == pytest.approx(1.1)
    assert segment.continues_with(1.1, frame) and segment.continues_with(1.103, frame)
    assert not segment.continues_with(1.105, frame) and not segment.continues_with(1.095, frame)
    frame.sample_rate = 8000
    assert not segment.continues_with(1.1, frame)


def test_rounded_stamps_are_averaged_out():
    segment = stereo()
    for number in range(9):
        # Matroska rounds to 1 ms; 160 samples last exactly 10 ms, and the file begins at 0.2503 s.
        time = round(0.2503 + number * 0.01 + (0.0004 if number == 4 else 0), 3)
        segment.append(time, frame_of(np.zeros(160), 'fltp'))
    assert segment.start == pytest.approx(0.250, abs=1e-9)


def read(path, start, duration):
    with av.open(str(path)) as container:
        sound = container.streams.audio[0]
        return read_waveform(container, sound, start, duration, RATE, path=str(path))


def test_a_hole_is_an_error_that_says_where(tmp_path):
    write_clip(tmp_path / 'hole.mkv', duration=3.0, audio_codec='pcm_s16le', gap=(1.0, 1.5))
    with pytest.raises(UnreadableMediaError, match=r'hole\.mkv: its audio lacks 0\.\d+ s from 1\.'):
        read(tmp_path / 'hole.mkv', 0.8, 1.0)
    window = read(tmp_path / 'hole.mkv', 2.0, 0.5)
    np.testing.assert_allclose(window, reference_wave(2 + np.arange(8000) / RATE), atol=1e-3)
