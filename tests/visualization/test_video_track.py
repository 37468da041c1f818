from fractions import Fraction

import av
import numpy as np

from mmav_coattn.visualization.video_track import VideoTrack


def test_frames_of_another_size_are_scaled_to_the_first(tmp_path):
    source = av.VideoFrame(64, 32, 'yuv420p')
    source.time_base = Fraction(1, 25)
    with av.open(str(tmp_path / 'out.mp4'), 'w') as output:
        track = VideoTrack(output, (32, 64), source)
        for index, size in enumerate([(32, 64), (48, 96), (32, 64)]):
            track.encode(np.full((*size, 3), 90, np.uint8), index / 25)
        track.finish()
    with av.open(str(tmp_path / 'out.mp4')) as container:
        frames = [frame.to_ndarray(format='rgb24') for frame in container.decode(video=0)]
    assert [frame.shape for frame in frames] == 3 * [(32, 64, 3)]
    np.testing.assert_allclose(frames, 90, atol=3)
