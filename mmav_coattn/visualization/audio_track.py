"""The audio of a segment of a video, encoded piece by piece as the frames go on."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, groupby, takewhile

import numpy as np

from mmav_coattn.errors import NoAudioError, TooShortError
from mmav_coattn.media.seeking import seek_to

#: An AAC decoder needs earlier packets before its output is right; 0.5 s is many packets.
AUDIO_PRE_ROLL = 0.5
#: Sampling rates of AAC, Hz; audio of any other rate is resampled to the last one.
AAC_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
#: Samples of silence that are made at once.
BLOCK = 1024
#: Twice by what Matroska rounds a time, s: no hole in the audio is as short.
ROUNDING = 1.001e-3


class AudioTrack:
    """Reads the audio of an open file from ``start`` to ``end``, s, and encodes it into another.

    Where the stream has a hole, for instance because it starts late, a player is silent, and so are
    the samples: moving the later ones forward would break the sync. Only the samples of a packet or
    two are in memory. ``end`` may be infinite. :class:`NoAudioError` if there is no audio stream.
    """

    def __init__(self, container, start: float, end: float) -> None:
        self.container, self.start, self.end = container, start, end
        self.source = container.streams.best('audio')
        if self.source is None:
            raise NoAudioError(container.name, 'has no audio stream')
        self.rate = self.source.rate if self.source.rate in AAC_RATES else AAC_RATES[-1]
        self.layout = 'mono' if self.source.channels == 1 else 'stereo'
        self.encoded = 0
        self._pieces = self._read()

    def encode_until(self, output, stream, time: float) -> None:
        """Encode the samples before ``time``, s from ``start``, and those decoded with them."""
        import av

        while self.encoded < time * self.rate and (piece := next(self._pieces, None)) is not None:
            frame = av.AudioFrame.from_ndarray(piece, format='fltp', layout=self.layout)
            frame.sample_rate, frame.time_base = self.rate, Fraction(1, self.rate)
            frame.pts = self.encoded
            self.encoded += piece.shape[1]
            output.mux(stream.encode(frame))

    def finish(self, output, stream) -> None:
        """Encode the rest; :class:`TooShortError` if there was no audio at all."""
        self.encode_until(output, stream, np.inf)
        if not self.encoded:
            raise TooShortError(self.container.name, f'has no audio from {self.start:.3f} s on')
        output.mux(stream.encode(None))

    def _read(self) -> Iterator[np.ndarray]:
        """Samples (C, n) without a gap, the first one at ``start``."""
        limit = np.inf if np.isinf(self.end) else round((self.end - self.start) * self.rate)
        position = 0
        for frame in self._resampled():
            first = round((frame.time - self.start) * self.rate)
            if position and abs(first - position) <= ROUNDING * self.rate:
                first = position
            samples = frame.to_ndarray()
            last = min(first + samples.shape[1], limit)
            while position < min(first, limit):
                silence = min(first, limit, position + BLOCK) - position
                yield np.zeros((samples.shape[0], silence), np.float32)
                position += silence
            if last > position:
                yield np.ascontiguousarray(samples[:, position - first : last - first])
                position = last

    def _resampled(self) -> Iterator:
        import av

        seek_to(self.container, self.source, self.start - AUDIO_PRE_ROLL)
        frames = (x for x in self.container.decode(self.source) if x.pts is not None and x.samples)
        frames = takewhile(lambda frame: frame.time < self.end, frames)
        # A broadcast changes between 5.1 and stereo, which one resampler does not.
        for _, alike in groupby(frames, lambda x: (x.format.name, x.layout.name, x.sample_rate)):
            resampler = av.AudioResampler('fltp', self.layout, self.rate)
            for frame in chain(alike, [None]):
                yield from resampler.resample(frame)
