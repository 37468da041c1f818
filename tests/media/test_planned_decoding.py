import numpy as np
import pytest
from media_factory import frame_number, write_clip

from mmav_coattn.media import MediaFile, planned_decoding, video_reader

CLIPS = {
    'b_frames.mp4': dict(b_frames=3),
    'b_frames.mkv': dict(b_frames=3, fps='30000/1001', pix_fmt='yuv420p10le'),
    'variable.mkv': dict(frame_times=[0.0, 0.03, 0.1, 0.2, 0.5, 0.52, 0.6, 0.81, 1.3, 1.34, 2.0]),
    'late.mp4': dict(video_start=0.5, b_frames=2),
    'mpeg4.mp4': dict(video_codec='mpeg4', b_frames=2),
    'vp9.webm': dict(video_codec='libvpx-vp9', audio_codec='libopus', sample_rate=48000),
    'av1.webm': dict(video_codec='libsvtav1', audio_codec='libopus', sample_rate=48000),
    'hevc.mp4': dict(video_codec='libx265', b_frames=2),
    'mjpeg.mov': dict(video_codec='mjpeg', pix_fmt='yuvj420p', audio_codec='pcm_s16le'),
}


@pytest.mark.parametrize('name', CLIPS)
def test_same_frames_as_decoding_all(media_folder, monkeypatch, name):
    truth = write_clip(media_folder / f'planned_{name}', duration=2.0, **CLIPS[name])
    for _ in range(8):
        # In any order, several within a frame.
        times = np.random.uniform(truth.frame_times[0], truth.frame_times[-2], 9)
        with MediaFile(truth.path) as media:
            planned = media.read_frames(times)
        with monkeypatch.context() as patient, MediaFile(truth.path) as media:
            patient.setattr(video_reader, 'read_planned', lambda *args: None)
            np.testing.assert_array_equal(planned, media.read_frames(times))
        shown = [truth.frame_at(time + 1e-6) for time in times]
        assert [frame_number(image) for image in planned] == shown


class Counting:
    """A decoder that notes what it gives out."""

    def __init__(self, real, seen):
        self.__dict__.update(real=real, seen=seen)

    def __setattr__(self, name, value):
        setattr(self.real, name, value)

    def decode(self, packet):
        frames = self.real.decode(packet)
        self.seen.extend(frames)
        return frames


def test_unwanted_frames_are_not_decoded(media_folder, monkeypatch):
    truth = write_clip(media_folder / 'planned_count.mp4', duration=2.0, b_frames=3, gop=50)
    decode, seen = planned_decoding._decode, []
    monkeypatch.setattr(
        planned_decoding, '_decode', lambda real, *args: decode(Counting(real, seen), *args)
    )
    with MediaFile(truth.path) as media:
        assert [frame_number(image) for image in media.read_frames([0.1, 1.5])] == [2, 37]
    assert 0 < len(seen) < 30  # of the 38 frames up to 1.5 s
