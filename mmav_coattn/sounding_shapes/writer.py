"""Writes a clip as MP4 (H.264 + AAC), whole or not at all."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np

from mmav_coattn.io import whole_file

from .spec import CLIP_FORMAT

#: Samples of one AAC frame; the length of an AAC track is a multiple of it.
AAC_FRAME = 1024
#: Audio before the first frame that is fed to the encoder and hidden by the edit list. An AAC
#: encoder that starts at a loud sample smears it: the clip's start would be recognisable.
PREROLL = 2 * AAC_FRAME
#: First and one past the last sample to encode. The last AAC frame is filled with audio, too.
AUDIO_SPAN = -PREROLL, -(-CLIP_FORMAT.num_samples // AAC_FRAME) * AAC_FRAME


def write_clip(path: Path, frames: Iterable[np.ndarray], waveform: np.ndarray) -> None:
    """Encodes a clip under a temporary name in the same folder, then renames it.

    There are ``num_frames`` frames, (size, size, 3) uint8 RGB; the waveform is float32 mono, the
    samples of :data:`AUDIO_SPAN`.
    """
    import av
    import cv2

    # One keyframe per half second keeps random access cheap; without B-frames the first
    # presentation time stamp is 0. One thread: the workers are the parallelism, and the result
    # does not depend on the machine's cores.
    gop = str(CLIP_FORMAT.fps // 2)
    options = dict(preset='ultrafast', crf='22', g=gop, keyint_min=gop, sc_threshold='0', bf='0')
    with whole_file(path) as partial, av.open(str(partial), 'w', format='mp4') as container:
        video = container.add_stream('libx264', rate=CLIP_FORMAT.fps, options=options)
        video.width = video.height = CLIP_FORMAT.size
        video.pix_fmt = 'yuv420p'
        video.codec_context.thread_count = 1
        # The encoder's default search costs three times as much and nothing audible here.
        audio = container.add_stream(
            'aac', rate=CLIP_FORMAT.sample_rate, layout='mono', options=dict(aac_coder='fast')
        )
        audio.bit_rate = 64000
        for image in frames:
            yuv = cv2.cvtColor(image, cv2.COLOR_RGB2YUV_I420)
            container.mux(video.encode(av.VideoFrame.from_ndarray(yuv, format='yuv420p')))
        container.mux(video.encode(None))
        sound = av.AudioFrame.from_ndarray(waveform[None], format='fltp', layout='mono')
        sound.sample_rate = CLIP_FORMAT.sample_rate
        sound.time_base = Fraction(1, CLIP_FORMAT.sample_rate)
        sound.pts = -PREROLL
        container.mux(audio.encode(sound))
        container.mux(audio.encode(None))
