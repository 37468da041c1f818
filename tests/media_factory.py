"""Real video files for the tests, written with PyAV, whose every frame and sample says when it is.

Each picture carries its own frame number as a pattern of black and white blocks
(:func:`frame_number` reads it back), so a test knows exactly which frame a reader returned. The
sound is a sum of sinusoids of fixed pseudo-random frequency and phase, a formula of time
(:func:`reference_wave`), so :func:`audio_lag` can tell how far off a window is, whatever the codec
and the sample rate. At each event a click sounds and the lower half of the picture is white.
"""

import os
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from scipy.signal import correlate

NUMBER_BITS = 10
CLICK_HZ = 1800.0
CLICK_SIGMA = 0.001
#: Options that make an encoder quick.
QUICK = {
    'libx264': {'preset': 'ultrafast', 'crf': '20'},
    'libx265': {'preset': 'ultrafast', 'x265-params': 'log-level=none'},
    'libvpx': {'cpu-used': '8', 'deadline': 'realtime'},
    'libvpx-vp9': {'cpu-used': '8', 'deadline': 'realtime'},
    'libsvtav1': {'preset': '12', 'svtav1-params': 'lp=1'},
}
_TONES = np.random.default_rng(7)
_TONE_HZ = _TONES.uniform(200.0, 3000.0, 48)
_TONE_PHASE = _TONES.uniform(0.0, 2 * np.pi, 48)


@dataclass
class Truth:
    """What a written file contains, in seconds of the container's clock."""

    path: Path
    frame_times: np.ndarray
    frame_end: float
    audio_start: float
    audio_end: float
    events: tuple[float, ...]

    def frame_at(self, time: float) -> int:
        """Number of the frame on show at ``time``."""
        return int(np.searchsorted(self.frame_times, time, side='right')) - 1


def reference_wave(times: np.ndarray, events: Sequence[float] = (), level: float = 0.05):
    """The sound at evenly spaced times: tones with an RMS of ``level``, a click at each event."""
    times = np.asarray(times, dtype=np.float64)
    # sin(a + b) = sin a cos b + cos a sin b, for blocks that begin at a: two products of matrices.
    within = (times[-1] - times[0]) / (len(times) - 1) * np.arange(256)
    a = 2 * np.pi * _TONE_HZ * times[::256, None] + _TONE_PHASE
    b = 2 * np.pi * _TONE_HZ[:, None] * within
    wave = (np.sin(a) @ np.cos(b) + np.cos(a) @ np.sin(b)).ravel()[: len(times)]
    wave *= level * np.sqrt(2 / len(_TONE_HZ))
    for event in events:
        near = np.abs(times - event) < 8 * CLICK_SIGMA
        offset = times[near] - event
        bell = np.exp(-0.5 * (offset / CLICK_SIGMA) ** 2)
        wave[near] += 0.7 * bell * np.cos(2 * np.pi * CLICK_HZ * offset)
    return wave


def decode(path: str | Path):
    """Frame times (T,), s; RGB frames; mono samples (S,) and time of the first, s."""
    with av.open(str(path)) as container:
        shown = [(f.time, f.to_ndarray(format='rgb24')) for f in container.decode(video=0)]
    times, frames = zip(*shown, strict=True)
    samples, start, _ = linear_sound(path)
    return np.array(times), np.array(frames), samples, start


def linear_sound(path: str | Path) -> tuple[np.ndarray, float, int]:
    """All of the sound without a jump: mono (S,), time of the first sample (s), rate (Hz)."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format='fltp')
        blocks, start = [], None
        for packet in container.demux(container.streams.best('audio')):
            try:
                frames = [frame for frame in packet.decode() if frame.pts is not None]
            except av.InvalidDataError:
                continue
            for frame in frames:
                start = frame.time if start is None else start
                rate = frame.sample_rate
                blocks += [out.to_ndarray().mean(axis=0) for out in resampler.resample(frame)]
    return np.concatenate(blocks), start, rate


def audio_lag(wave: np.ndarray, start: float, sample_rate: int, search: float = 0.12) -> float:
    """Seconds by which ``wave``, said to start at ``start``, is late against the reference.

    The lag of the highest normalised correlation on a grid of 1/32 ms; also checks that the
    correlation there is high, so that silence or noise cannot pass.
    """
    wave = np.asarray(wave, dtype=np.float64)
    fine = max(1, round(32_000 / sample_rate))
    reach = round(search * sample_rate * fine)
    grid = start + np.arange(-reach, len(wave) * fine + reach) / (sample_rate * fine)
    dense = reference_wave(grid)
    # sum_n wave[n] dense[reach - lag + n * fine] for each lag, as one correlation on the fine grid.
    spread = np.zeros(len(wave) * fine)
    spread[::fine] = wave
    scores = correlate(dense, spread, 'valid', 'fft')
    best = int(np.argmax(scores))
    piece = dense[best::fine][: len(wave)]
    quality = scores[best] / (np.linalg.norm(piece) * np.linalg.norm(wave) + 1e-12)
    if quality < 0.5:
        raise AssertionError(f'the window does not hold the reference sound ({quality:.2f})')
    return (reach - best) / (sample_rate * fine)


def click_time(wave: np.ndarray, start: float, sample_rate: int) -> float:
    """Time in seconds of the loudest click in ``wave``."""
    # Half the width of the click is enough smoothing to step over the carrier's zeros.
    width = max(1, round(CLICK_SIGMA * sample_rate))
    kernel = np.hanning(2 * width + 3)
    energy = np.convolve(np.asarray(wave, dtype=np.float64) ** 2, kernel / kernel.sum(), 'same')
    return start + int(np.argmax(energy)) / sample_rate


def draw_frame(number: int, flash: bool, size: tuple[int, int]) -> np.ndarray:
    """A picture ``(H, W, 3)`` uint8 that carries ``number`` in its upper half."""
    width, height = size
    image = np.full((height, width, 3), 40, np.uint8)
    for bit in range(NUMBER_BITS):
        image[_block(bit, width, height)] = 235 if number >> bit & 1 else 20
    image[height // 2 :, width // 4 :] = 250 if flash else 60
    image[height // 2 :, : width // 4] = (200, 40, 40)  # red on the left: order and flips show
    return image


def frame_number(image: np.ndarray) -> int:
    """The number that :func:`draw_frame` put into a picture."""
    height, width = image.shape[:2]
    bits = [image[_block(x, width, height, margin=2)].mean() > 128 for x in range(NUMBER_BITS)]
    return sum(int(is_set) << bit for bit, is_set in enumerate(bits))


def is_flash(image: np.ndarray) -> bool:
    """Whether the lower half of the picture is lit."""
    height, width = image.shape[:2]
    return bool(image[height // 2 + 4 :, width // 4 + 4 :].mean() > 150)


def _block(bit: int, width: int, height: int, margin: int = 0) -> tuple[slice, slice]:
    columns = NUMBER_BITS // 2
    row, column = divmod(bit, columns)
    rows = slice(row * height // 4 + margin, (row + 1) * height // 4 - margin)
    left, right = column * width // columns, (column + 1) * width // columns
    return rows, slice(left + margin, right - margin)


def write_clip(
    path: str | Path,
    *,
    duration: float = 4.0,  # of picture, and of sound unless audio_duration is given
    fps: str | float | Fraction = 25,  # unless frame_times is given; '30000/1001' is exact
    frame_times: Sequence[float] | None = None,  # from video_start on: variable frame rate
    size: tuple[int, int] = (64, 64),  # width and height, px
    video: bool = True,
    video_codec: str = 'libx264',
    pix_fmt: str = 'yuv420p',
    codec_options: dict[str, str] | None = None,  # beside those that make the encoder quick
    video_start: float = 0.0,
    gop: int = 12,  # frames from keyframe to keyframe
    b_frames: int = 0,  # most in a row
    audio: bool = True,
    audio_codec: str = 'aac',
    sample_rate: int = 16000,  # Hz
    layout: str = 'mono',
    audio_start: float = 0.0,
    audio_duration: float | None = None,
    level: float = 0.05,  # RMS of the tones, of full scale; 0 is silence, without clicks
    events: Sequence[float] = (),  # times of click and flash
    gap: tuple[float, float] | None = None,  # first and last second of a hole in the audio
    options: dict[str, str] | None = None,  # of the container
) -> Truth:
    """Write one click-and-flash file and say what it contains.

    Times are seconds of the container's clock, names of codecs and formats FFmpeg's; the suffix of
    the path chooses the container.
    """
    path = Path(path)
    rate = Fraction(fps).limit_denominator(1001)
    if frame_times is None:
        pts, step = [Fraction(i) / rate for i in range(round(duration * rate))], 1 / rate
    else:
        pts = [Fraction(t).limit_denominator(90000) for t in frame_times]
        step = pts[-1] - pts[-2]
    pts = [p + Fraction(video_start).limit_denominator(90000) for p in pts]
    times, end = np.array([float(p) for p in pts]), float(pts[-1] + step)
    audio_end = audio_start + (duration if audio_duration is None else audio_duration)
    truth = Truth(path, times, end, audio_start, audio_end, tuple(events))
    flashes = {truth.frame_at(event + 1e-6) for event in events}

    with kept_scheduling(), av.open(str(path), 'w', options=options or {}) as container:
        picture = sound = None
        if video:
            picture = container.add_stream(video_codec, rate=rate)
            picture.width, picture.height = size
            picture.pix_fmt = pix_fmt
            picture.codec_context.gop_size = gop
            picture.codec_context.max_b_frames = b_frames
            picture.options = QUICK.get(video_codec, {}) | (codec_options or {})
            if video_codec == 'libx264':
                picture.options = {'bf': str(b_frames), **picture.options}
            if frame_times is not None or video_start:
                picture.codec_context.time_base = Fraction(1, 90000)
        if audio:
            sound = container.add_stream(audio_codec, rate=sample_rate, layout=layout)

        packets = []
        if picture is not None:
            tick = picture.codec_context.time_base or 1 / rate
            for number, time in enumerate(pts):
                image = draw_frame(number, number in flashes, size)
                frame = av.VideoFrame.from_ndarray(image, 'rgb24')
                frame.time_base, frame.pts = tick, round(time / tick)
                packets += picture.encode(frame)
            packets += picture.encode(None)
        if sound is not None:
            packets += _encode_sound(sound, truth, sample_rate, layout, level, gap)
        packets.sort(key=lambda packet: float(packet.dts * packet.time_base))
        for packet in packets:
            container.mux(packet)
    return truth


@contextmanager
def kept_scheduling():
    """The thread is scheduled afterwards as it was before.

    SVT-AV1, run by root, makes the thread that encodes a real-time one, at the highest priority.
    All that it starts later inherits that, and whatever else the machine does stands still.
    """
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        if os.sched_getscheduler(0) != policy:
            os.sched_setscheduler(0, policy, parameters)


def copy_packets(path, out, edit=lambda target: None, keep=lambda packet: True) -> None:
    """Copy a file without encoding: ``edit`` changes the new container, ``keep`` drops packets."""
    target = av.open(str(out), 'w', metadata_errors='surrogateescape')
    with av.open(str(path)) as source, target:
        streams = {s.index: target.add_stream_from_template(s) for s in source.streams}
        edit(target)
        for packet in source.demux():
            if packet.dts is not None and keep(packet):
                packet.stream = streams[packet.stream.index]
                target.mux(packet)


def tag_rotation(path: str | Path, out: str | Path, degrees: int) -> None:
    """Copy a file, with a tag that asks players to turn its picture (counterclockwise)."""
    copy_packets(path, out, lambda target: target.streams.video[0].set_display_rotation(degrees))


def _encode_sound(sound, truth, sample_rate, layout, level, gap):
    count = round((truth.audio_end - truth.audio_start) * sample_rate)
    times = truth.audio_start + np.arange(count) / sample_rate
    wave = reference_wave(times, truth.events, level) if level else np.zeros(count)
    wave = np.clip(wave, -0.99, 0.99)
    channels = av.AudioLayout(layout).nb_channels
    # Channels of unlike loudness whose mean is the reference: a reader that picks one channel,
    # or mixes planar data as packed, gives another wave.
    gains = np.linspace(0.5, 1.5, channels) if channels > 1 else np.ones(1)
    planes = (gains[:, None] * wave[None]).clip(-1, 1).astype(np.float32)
    resampler = av.AudioResampler(sound.codec_context.format, layout, sample_rate)
    packets = []
    for first in range(0, count, 4000):
        if gap and gap[0] <= times[first] < gap[1]:
            continue
        piece = np.ascontiguousarray(planes[:, first : first + 4000])
        frame = av.AudioFrame.from_ndarray(piece, 'fltp', layout)
        frame.sample_rate, frame.time_base = sample_rate, Fraction(1, sample_rate)
        frame.pts = round(truth.audio_start * sample_rate) + first
        for out in resampler.resample(frame):
            packets += sound.encode(out)
    packets += sound.encode(None)
    return packets
