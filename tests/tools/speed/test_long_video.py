import numpy as np
import pytest
from media_factory import audio_lag, frame_number, write_clip
from speed.long_video import write_long_video

from mmav_coattn.media import MediaFile


def test_clips_repeated_larger_and_late(tmp_path):
    for name in 'ab':
        write_clip(tmp_path / f'{name}.mp4', duration=1.0, fps=25, size=(64, 48))
    out = write_long_video(
        [tmp_path / 'a.mp4', tmp_path / 'b.mp4'], tmp_path / 'new/long.mp4', 5.0, (128, 96), 0.24
    )
    assert [file.name for file in out.parent.iterdir()] == ['long.mp4']
    with MediaFile(out) as media:
        # Two rounds of two clips, and the first clip once more.
        assert media.video_span == pytest.approx((0, 5.0), abs=0.001)
        assert media.audio_span[1] == pytest.approx(5.24, abs=0.03)
        times = np.array([0.08, 0.88, 1.08, 2.08, 3.88, 4.88]) + 0.02
        frames = media.read_frames(times)
        assert frames.shape == (6, 96, 128, 3)
        assert [frame_number(frame) for frame in frames] == [2, 22, 2, 2, 22, 22]
        # What is heard at 2.54 s belongs to 2.3 s of the file, 0.3 s of the first clip.
        wave = media.read_audio(2.54, 0.4, 16000)
    assert audio_lag(wave, 0.3, 16000) == pytest.approx(0, abs=0.002)
