"""One video file with audio, opened once and lazily, read by time in seconds.

Data flow::

    path --open--> container --+-- stream_span   --> video_span, audio_span (s)
                               +-- video reader  --> frames shown at given times
                               +-- audio reader  --> mono waveform of a window

Every time is a presentation time stamp of the container: never "frame index / frame rate" against
"sample index / sample rate", which go apart where a stream starts late, ends early or varies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np

from mmav_coattn.errors import NoAudioError, NoVideoError, UnreadableMediaError

from .audio_reader import read_waveform
from .damage import refused
from .open_container import open_container, stream_kind
from .seeking import seek_to
from .stream_span import find_spans, find_video_delay
from .video_reader import read_frames, stream_frames

#: Formats of FFmpeg that only name other files or addresses. Whatever such a file is called, it
#: must not lead out of the data root.
PLAYLISTS = frozenset('applehttp concat dash hls imf rtsp sdp'.split())


class MediaFile:
    """A video file whose streams are read by time; nothing is opened until it is needed.

    PyAV, not decord, reads the frames too: decord counts from the first frame and so loses the
    offset of a video that starts late, and was no faster (9.1 against 7.6 ms for 32 of 80 frames).

    What reads a stream raises NoVideoError or NoAudioError where there is none, and
    UnreadableMediaError where the file or the stream cannot be read.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self._container = None
        self._video = None
        self._audio = None
        self._spans: dict[int, tuple[float, float]] | None = None
        self._video_delay = 0.0

    def __enter__(self) -> MediaFile:
        return self

    def __exit__(self, *exc_info) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Asking for anything afterwards opens it again."""
        if self._container is not None:
            self._container.close()
        self._container = self._video = self._audio = None

    @property
    def has_video(self) -> bool:
        """Whether the file has video (cover art of a song does not count)."""
        self._open()
        return self._video is not None

    @property
    def has_audio(self) -> bool:
        """Whether the file has an audio stream."""
        self._open()
        return self._audio is not None

    @property
    def video_span(self) -> tuple[float, float]:
        """Time of the first frame and the end of the last, seconds."""
        stream = self._video_stream()
        start, end = self._find_spans()[stream.index]
        return start - self._video_delay, end - self._video_delay

    @property
    def audio_span(self) -> tuple[float, float]:
        """Time of the first sample and the end of the last, seconds."""
        stream = self._audio_stream()
        return self._find_spans()[stream.index]

    @property
    def common_span(self) -> tuple[float, float]:
        """First and last second at which there are both video and audio.

        The end may lie before the beginning, where the two streams do not overlap.
        """
        (video_start, video_end), (audio_start, audio_end) = self.video_span, self.audio_span
        return max(video_start, audio_start), min(video_end, audio_end)

    @property
    def header_end(self) -> float | None:
        """Second at which the header says that the file ends; None where it says nothing."""
        self._open()
        if not self._container.duration:
            return None
        # Matroska states when the last frame ends, the others how long it lasts from the start on.
        begin = 0 if 'matroska' in self._container.format.name else self._container.start_time or 0
        return (begin + self._container.duration) / 1e6

    @property
    def frame_rate(self):
        """Frames per second that the header states, a :class:`fractions.Fraction`, or None."""
        return self._video_stream().average_rate

    def codec_name(self, kind: str) -> str:
        """FFmpeg's name of the codec of the ``'video'`` or the ``'audio'`` stream."""
        stream = self._video_stream() if kind == 'video' else self._audio_stream()
        return stream.codec_context.name

    def sound_stream(self) -> tuple:
        """The open container and its audio stream, for functions of the audio reader."""
        stream = self._audio_stream()
        return self._container, stream

    def iter_frames(self) -> Iterator:
        """Decode all frames from the first on, as :class:`av.VideoFrame`."""
        stream = self._video_stream()
        empty = True
        with refused(self.path, 'its video cannot be decoded'):
            seek_to(self._container, stream, -1e6)  # before the start of any file
            for frame in self._container.decode(stream):
                # The same frames as read_frames finds: those placed on the clock.
                if frame.pts is not None:
                    empty = False
                    yield frame
        if empty:
            raise UnreadableMediaError(self.path, 'its video has no frame that can be decoded')

    def read_frames(self, times: Sequence[float], short_side: int | None = None) -> np.ndarray:
        """Read the frames ``(T, H, W, 3)`` uint8, RGB, shown at the given times.

        Times are ``(T,)`` seconds, in any order, inside :attr:`video_span`. The frame shown at
        ``t`` is the latest one whose time stamp is at most ``t``. With ``short_side`` the shorter
        side is scaled to so many px while the frame is converted, never up.

        Raises:
            ValueError: If a time lies outside the video's span.
        """
        stream, times = self._video_stream(), self._on_video_clock(times)
        return read_frames(self._container, stream, times, short_side=short_side, path=self.path)

    def stream_frames(
        self, times: Sequence[float] | np.ndarray, short_side: int | None = None
    ) -> Iterator[np.ndarray]:
        """The frames of :meth:`read_frames`, one after the other, whatever their number.

        The times must not fall. Reading anything else of this object in between moves the file's
        position: read the audio through an object of its own.

        Raises:
            ValueError: If a time lies outside the video's span, or the times fall.
        """
        stream, times = self._video_stream(), self._on_video_clock(times)
        if (np.diff(times) < 0).any():
            raise ValueError(f'{self.path}: the times of streamed frames must not fall.')
        return stream_frames(self._container, stream, times, short_side=short_side, path=self.path)

    def read_audio(self, start: float, duration: float, sample_rate: int) -> np.ndarray:
        """Read a window of audio from ``start`` on (s), decoding only what it needs around it.

        Returns ``(round(duration * sample_rate),)`` float32, the mean channel; full scale is 1.

        Raises:
            UnreadableMediaError: Also if the window has a hole above 10 ms in it.
            ValueError: If the window lies outside the audio's span.
        """
        stream = self._audio_stream()
        window = np.array([start, start + duration], dtype=np.float64)
        _check_inside('audio', window, self.audio_span, self.path)
        return read_waveform(
            self._container, stream, window[0], duration, sample_rate, path=self.path
        )

    def _open(self) -> None:
        if self._container is not None:
            return
        path = Path(self.path)
        if path.exists() and not path.is_file():  # it may never end
            kind = 'a folder' if path.is_dir() else 'no regular file'
            raise UnreadableMediaError(self.path, f'cannot be opened: it is {kind}')
        with refused(self.path, 'cannot be opened'):
            container = open_container(path, options={'protocol_whitelist': 'file'})
        self._container = container
        name = container.format.name
        if name in PLAYLISTS:
            self._refuse(f'is a playlist ({name}), whose content lies in other files')
        videos = [s for s in container.streams if stream_kind(s) == 'video']
        self._video = videos[0] if videos else None
        self._audio = container.streams.best('audio')
        for stream in filter(None, (self._video, self._audio)):
            if stream.codec_context is None:
                self._refuse(f'its {stream.type} stream has a codec that nothing here decodes')
            stream.codec_context.thread_count = 1  # Loader workers already run side by side.

    def _refuse(self, why: str) -> NoReturn:
        self.close()
        raise UnreadableMediaError(self.path, why)

    def _video_stream(self):
        self._open()
        if self._video is None:
            raise NoVideoError(self.path, 'has no video')
        return self._video

    def _audio_stream(self):
        self._open()
        if self._audio is None:
            raise NoAudioError(self.path, 'has no audio stream')
        return self._audio

    def _on_video_clock(self, times: Sequence[float]) -> np.ndarray:
        """Times of frames as the container's stamps count them."""
        times = np.asarray(times, dtype=np.float64)
        _check_inside('frame times', times, self.video_span, self.path)
        return times + self._video_delay

    def _find_spans(self) -> dict[int, tuple[float, float]]:
        if self._spans is None:
            streams = [s for s in (self._video, self._audio) if s is not None]
            spans = find_spans(self._container, streams, self.path)
            if self._video is not None:
                self._video_delay = find_video_delay(self._container, self._video, self.path)
            self._spans = spans
        return self._spans


#: Spans and windows are floats that went through sums; a microsecond is no sample and no frame.
_ROUNDING = 1e-6


def _check_inside(what: str, times: np.ndarray, span: tuple[float, float], path: str) -> None:
    if len(times) == 0:
        raise ValueError(f'No {what} were asked of {path}.')
    if times.min() < span[0] - _ROUNDING or times.max() > span[1] + _ROUNDING:
        raise ValueError(
            f'{path}: {what} from {times.min():.3f} to {times.max():.3f} s asked for, but the '
            f'stream runs from {span[0]:.3f} to {span[1]:.3f} s.'
        )
