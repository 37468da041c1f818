from fractions import Fraction

import av
import numpy as np
import pytest

from mmav_coattn.visualization.video_track import VideoTrack


@pytest.mark.parametrize('tick', [Fraction(1, 25), Fraction(1, 240_000)])
def test_frames_keep_their_times_size_and_colour_space(tmp_path, tick):
    times = [0.0, 0.04, 0.1234, 0.3]
    frames = [av.VideoFrame.from_ndarray(np.full((48, 64), 90 + 20 * i, np.uint8), 'gray')
              for i in range(len(times))]  # fmt: skip
    frames = [frame.reformat(format='yuv420p') for frame in frames]
    for frame in frames:
        frame.time_base, frame.colorspace = tick, 1
    with av.open(str(tmp_path / 'out.mp4'), 'w') as output:
        track = VideoTrack(output, frames[0])
        for frame, time in zip(frames, times, strict=True):
            track.encode(frame, time)
        track.finish()
    with av.open(str(tmp_path / 'out.mp4')) as container:
        assert container.streams.video[0].codec_context.colorspace == 1
        found = [(f.time, f.to_ndarray(format='gray')) for f in container.decode(video=0)]
    np.testing.assert_allclose([time for time, _ in found], times, atol=1e-5)
    for (_, image), level in zip(found, (90, 110, 130, 150), strict=True):
        assert image.shape == (48, 64) and abs(image.mean() - level) < 3
