"""RGB frames encoded as the H.264 stream of an MP4."""

from fractions import Fraction

import numpy as np

#: x264's preset and constant rate factor (lower is better; 18 to 28 is usual). On frames of 720p of
#: SoundingShapes, `ultrafast` at 20 took a quarter of the time of `veryfast` at 18, for a peak
#: signal-to-noise ratio of 50.0 instead of 50.7 dB and a file 1.8 times as large.
ENCODER_OPTIONS = {'preset': 'ultrafast', 'crf': '20'}
#: Above so many pixels, which is more than 1080p side by side, the encoder keeps few frames.
LARGE_FRAME = 2 * 1920 * 1088
#: No look ahead, no B-frames, and threads that share one frame instead of having one each: a frame
#: of 4K side by side costs the encoder some 100 MB. The file grows by a few percent.
FEW_FRAMES_IN_FLIGHT = 'rc-lookahead=0:sync-lookahead=0:bframes=0:sliced-threads=1'
#: FFmpeg's numbers of the colour spaces that it converts RGB to: BT.709, FCC, BT.601 (two numbers),
#: SMPTE 240M, BT.2020. PyAV before 18 names all but the last in its own converter.
COLOUR_SPACES = {1, 4, 5, 6, 7, 9}
BT601, UNSPECIFIED = 6, 2


class VideoTrack:
    """Encodes RGB frames as H.264 into an open output.

    Args:
        output (av.container.OutputContainer): Where to.
        size (tuple[int, int]): Height and width, px, even; frames of another size are scaled.
        source (av.VideoFrame): A decoded frame of the original, for its clock and colour space.
    """

    def __init__(self, output, size: tuple[int, int], source) -> None:
        from av.video.reformatter import VideoReformatter

        options = dict(ENCODER_OPTIONS)
        if size[0] * size[1] > LARGE_FRAME:
            options['x264-params'] = FEW_FRAMES_IN_FLIGHT
        self.output, self.stream = output, output.add_stream('libx264', options=options)
        self.stream.height, self.stream.width = size
        self.stream.pix_fmt = 'yuv420p'
        # Fine enough for the original's time stamps: an exact multiple of its tick where that is
        # finer than the usual 90 kHz.
        self.time_base = min(source.time_base, Fraction(1, 90_000))
        self.stream.codec_context.time_base = self.time_base
        self._reformatter = VideoReformatter()
        space = BT601 if source.format.is_rgb else source.colorspace
        self._colorspace = space if space in COLOUR_SPACES else UNSPECIFIED

    def encode(self, frame: np.ndarray, time: float) -> None:
        """Encode a frame (H, W, 3) at ``time``, s."""
        import av

        image = av.VideoFrame.from_ndarray(frame, 'rgb24')
        # The converted frame takes it from here, which works with BT.2020 in every PyAV.
        image.colorspace = self._colorspace
        # One thread: making more for each frame takes longer than they save.
        yuv = self._reformatter.reformat(
            image,
            self.stream.width,
            self.stream.height,
            'yuv420p',
            dst_color_range='MPEG',
            threads=1,
        )
        if not self.stream.codec_context.is_open:
            self.stream.codec_context.colorspace = yuv.colorspace
        yuv.time_base, yuv.pts = self.time_base, round(time / self.time_base)
        self.output.mux(self.stream.encode(yuv))

    def finish(self) -> None:
        """Encode what the encoder still holds."""
        self.output.mux(self.stream.encode(None))
