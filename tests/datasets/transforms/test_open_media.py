"""Opening looks for what is needed and names what is not there."""

import pytest
from media_factory import write_clip

from mmav_coattn.datasets.transforms import OpenAudioVisual
from mmav_coattn.errors import NoAudioError, NoVideoError, UnreadableMediaError


@pytest.fixture(scope='module')
def mute(media_folder):
    return str(write_clip(media_folder / 'open_mute.mp4', audio=False, duration=0.5).path)


@pytest.fixture(scope='module')
def blind(media_folder):
    return str(write_clip(media_folder / 'open_blind.mp4', video=False, duration=0.5).path)


def test_needed_streams(mute, blind):
    with pytest.raises(NoAudioError, match=r'open_mute\.mp4: has no audio stream'):
        OpenAudioVisual()(dict(filename=mute))
    with pytest.raises(NoVideoError, match=r'open_blind\.mp4: has no picture'):
        OpenAudioVisual()(dict(filename=blind))
    assert OpenAudioVisual(need_audio=False)(dict(filename=mute))['media'].has_video


def test_unreadable(tmp_path):
    path = tmp_path / 'noise.mp4'
    path.write_bytes(bytes(range(256)) * 20)
    with pytest.raises(UnreadableMediaError, match=r'noise\.mp4: cannot be opened'):
        OpenAudioVisual()(dict(filename=str(path)))
