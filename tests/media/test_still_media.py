import cv2
import numpy as np
import pytest
from media_factory import write_clip

from mmav_coattn.errors import UnreadableMediaError
from mmav_coattn.media import StillMedia


def test_still_media_scales_and_refuses(tmp_path):
    image, audio = str(tmp_path / 'a.png'), str(tmp_path / 'a.wav')
    write_clip(audio, duration=1, video=False, audio_codec='pcm_s16le')
    cv2.imwrite(image, np.full((60, 30, 3), 7, np.uint8))
    media = StillMedia(image, audio)
    assert media.read_frames([0.1, 0.2], short_side=10).shape == (2, 20, 10, 3)
    assert media.read_frames([0.1], short_side=100).shape == (1, 60, 30, 3)
    assert media.common_span == pytest.approx((0.0, 1.0))
    with pytest.raises(UnreadableMediaError, match='as an image'):
        StillMedia(audio, audio)
