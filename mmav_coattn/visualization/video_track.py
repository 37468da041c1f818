"""Frames encoded as the H.264 stream of an MP4."""

from fractions import Fraction

#: x264's preset and constant rate factor (lower is better; 18 to 28 is usual). On frames of 720p of
#: SoundingShapes, `ultrafast` at 20 took a quarter of the time of `veryfast` at 18, for a peak
#: signal-to-noise ratio of 50.0 instead of 50.7 dB and a file 1.8 times as large.
ENCODER_OPTIONS = {'preset': 'ultrafast', 'crf': '20'}
#: Above so many pixels, which is more than 1080p side by side, the encoder keeps few frames.
LARGE_FRAME = 2 * 1920 * 1088
#: No look ahead, no B-frames, and threads that share one frame instead of having one each: a frame
#: of 4K side by side costs the encoder some 100 MB. The file grows by a few percent.
FEW_FRAMES_IN_FLIGHT = 'rc-lookahead=0:sync-lookahead=0:bframes=0:sliced-threads=1'


class VideoTrack:
    """Encodes frames of 4:2:0 as H.264, with the size, clock and colour space of the first."""

    def __init__(self, output, first) -> None:
        options = dict(ENCODER_OPTIONS)
        if first.width * first.height > LARGE_FRAME:
            options['x264-params'] = FEW_FRAMES_IN_FLIGHT
        self.output, self.stream = output, output.add_stream('libx264', options=options)
        self.stream.height, self.stream.width = first.height, first.width
        self.stream.pix_fmt = 'yuv420p'
        # Fine enough for the original's time stamps: an exact multiple of its tick where that is
        # finer than the usual 90 kHz.
        self.time_base = min(first.time_base, Fraction(1, 90_000))
        self.stream.codec_context.time_base = self.time_base
        self.stream.codec_context.colorspace = first.colorspace

    def encode(self, frame, time: float) -> None:
        """Encode an :class:`av.VideoFrame` at ``time``, s."""
        frame.time_base, frame.pts = self.time_base, round(time / self.time_base)
        self.output.mux(self.stream.encode(frame))

    def finish(self) -> None:
        """Encode what the encoder still holds."""
        self.output.mux(self.stream.encode(None))
