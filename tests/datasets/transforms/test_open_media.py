import pytest
from media_factory import write_clip

from mmav_coattn.datasets.transforms import OpenAudioVisual
from mmav_coattn.errors import NoAudioError, NoVideoError, UnreadableMediaError


def test_what_is_needed(tmp_path):
    mute, blind, noise = (str(tmp_path / f'{name}.mp4') for name in ('mute', 'blind', 'noise'))
    write_clip(mute, audio=False, duration=0.5)
    write_clip(blind, video=False, duration=0.5)
    (tmp_path / 'noise.mp4').write_bytes(bytes(range(256)) * 20)
    for path, error, message in (
        (mute, NoAudioError, r'mute\.mp4: has no audio stream'),
        (blind, NoVideoError, r'blind\.mp4: has no video'),
        (noise, UnreadableMediaError, r'noise\.mp4: cannot be opened'),
    ):
        with pytest.raises(error, match=message):
            OpenAudioVisual()(dict(filename=path))
    assert OpenAudioVisual(need_audio=False)(dict(filename=mute))['media'].has_video
