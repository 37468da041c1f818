from types import SimpleNamespace

import numpy as np
import pytest
from media_factory import audio_lag, frame_number, write_clip

from mmav_coattn.datasets.transforms import ChangeSpeed, SampleSyncWindows
from mmav_coattn.media import MediaFile


@pytest.mark.parametrize('speed', [0.75, 0.8, 1.25])
def test_streams_stay_together(media_folder, speed):
    late = dict(video_start=0.4, audio_start=0.4)
    clip = write_clip(media_folder / 'speed.mp4', duration=4.0, fps=25, **late)
    results = ChangeSpeed((speed, speed))(dict(media=MediaFile(clip.path)))
    media = results['media']
    begin, end = media.common_span
    assert (begin, end) == pytest.approx((0.4 / speed, 4.4 / speed), abs=0.07)
    # What is seen and heard at second 1 of the changed file is that of second `speed`.
    frames = media.read_frames([1.0 + 0.01])
    assert frame_number(frames[0]) == clip.frame_at((1.0 + 0.01) * speed)
    wave = media.read_audio(1.0, 0.8, 16000)
    assert wave.shape == (12800,)
    assert abs(audio_lag(wave, speed, int(np.ceil(16000 / speed)))) < 0.001
    # All of it can be read.
    assert len(media.read_audio(begin, end - begin, 16000)) == round(16000 * (end - begin))
    out = SampleSyncWindows(clip_seconds=0.8, num_negatives=1, audio_seconds=1.6)(results)
    assert out['audio_start'] + 1.6 <= end + 1e-6
    media.close()
    assert media.media._container is None


def test_speeds_are_drawn_between_the_bounds():
    drawn = [ChangeSpeed()(dict(media=SimpleNamespace(path='')))['media'].speed for _ in range(50)]
    assert 0.75 <= min(drawn) < 0.85 and 1.15 < max(drawn) <= 1.3
