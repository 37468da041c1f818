"""First and last moment of each stream, without reading the whole file, against all its packets."""

import av
import pytest
from media_factory import draw_frame, write_clip

from mmav_coattn.errors import UnreadableMediaError
from mmav_coattn.media.stream_span import find_spans, find_video_delay


def spans_of(path):
    with av.open(str(path)) as container:
        streams = list(container.streams)
        found = find_spans(container, streams, str(path))
        return {stream.type: found[stream.index] for stream in streams}


def test_a_stream_without_data_is_named(tmp_path):
    path = tmp_path / 'mute.mkv'
    with av.open(str(path), 'w') as container:
        picture = container.add_stream('mpeg4', rate=25)
        picture.width = picture.height = 64
        container.add_stream('aac', rate=16000)
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(draw_frame(number, False, (64, 64)), 'rgb24')
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
    with pytest.raises(UnreadableMediaError, match=r'mute\.mkv: its audio holds no data'):
        spans_of(path)


@pytest.mark.parametrize(
    ('suffix', 'codec', 'b_frames', 'frames'),
    [('mp4', 'libx264', 2, 0), ('avi', 'mjpeg', 0, 0), ('avi', 'mpeg4', 1, 1)],
)
def test_frames_whose_stamps_ffmpeg_guessed_late(suffix, codec, b_frames, frames, tmp_path):
    path = tmp_path / f'clip.{suffix}'
    pix_fmt = 'yuvj420p' if codec == 'mjpeg' else 'yuv420p'
    codecs = dict(video_codec=codec, audio_codec='pcm_s16le' if suffix == 'avi' else 'aac')
    write_clip(path, duration=1.0, pix_fmt=pix_fmt, b_frames=b_frames, **codecs)
    with av.open(str(path)) as container:
        delay = find_video_delay(container, container.streams.video[0], str(path))
    assert delay == pytest.approx(frames / 25, abs=1e-6)
