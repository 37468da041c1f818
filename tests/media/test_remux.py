"""Sound that is moved lies elsewhere by exactly so much; the picture is the same, bit by bit."""

import av
import numpy as np
import pytest
from media_factory import audio_lag, tag_rotation, write_clip

from mmav_coattn.errors import (
    NoAudioError,
    NoVideoError,
    TooShortError,
    UnreadableMediaError,
    UnwritableMediaError,
)
from mmav_coattn.media import MediaFile
from mmav_coattn.media.remux import shift_audio

CASES = {
    'plain.mp4': {},
    'late_audio.mp4': dict(audio_start=0.7),
    'late_picture.mp4': dict(video_start=0.5),
    'opus.mkv': dict(audio_codec='libopus', sample_rate=48000),
    'mp3.mp4': dict(audio_codec='libmp3lame', sample_rate=44100, b_frames=2),
    'pcm.mov': dict(audio_codec='pcm_s16le'),
    'stereo.ts': dict(layout='stereo'),
}


def picture_packets(path):
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def lag(path):
    """Time of the sound against the picture's first frame, s."""
    with MediaFile(path) as media:
        return audio_lag(media.read_audio(1.2, 1.0, 16000), 1.2, 16000, 0.5) - media.video_span[0]


@pytest.fixture(scope='module', params=CASES)
def clip(request, media_folder):
    path = media_folder / f'remux_{request.param}'
    write_clip(path, duration=3.0, **CASES[request.param])
    return path


@pytest.mark.parametrize('seconds', [0.3, -0.3, 0.013])
def test_sound_moves_by_so_much(clip, tmp_path, seconds):
    out = shift_audio(clip, tmp_path / 'deep' / clip.name, seconds)
    assert lag(out) - lag(clip) == pytest.approx(seconds, abs=0.0015)
    assert picture_packets(out) == picture_packets(clip)
    with MediaFile(clip) as before, MediaFile(out) as after:
        # What would come before the start is left out, whole packets of it.
        end = after.audio_span[1] - after.video_span[0]
        assert end == pytest.approx(
            before.audio_span[1] - before.video_span[0] + seconds, abs=0.025
        )
    assert [file.name for file in out.parent.iterdir()] == [clip.name]


def test_rotation_and_all_tracks_are_kept(media_folder, tmp_path):
    plain, turned = media_folder / 'remux_flat.mp4', media_folder / 'remux_turned.mp4'
    write_clip(plain, duration=1.0, size=(96, 64))
    tag_rotation(plain, turned, 90)
    out = shift_audio(turned, tmp_path / 'out.mp4', 0.2)
    with MediaFile(out) as media, MediaFile(turned) as original:
        np.testing.assert_array_equal(media.read_frames([0.5]), original.read_frames([0.5]))
        assert media.read_frames([0.5]).shape == (1, 96, 64, 3)


def test_what_cannot_be_done(media_folder, tmp_path):
    clip = media_folder / 'remux_whole.mp4'
    write_clip(clip, duration=1.0)
    mute, blind = media_folder / 'remux_mute.mp4', media_folder / 'remux_blind.mp4'
    write_clip(mute, duration=1.0, audio=False)
    write_clip(blind, duration=1.0, video=False)
    garbage = media_folder / 'remux_garbage.mp4'
    garbage.write_bytes(b'no video' * 99)
    either = (UnwritableMediaError, UnreadableMediaError)
    for path, out, seconds, error, sentence in (
        (mute, 'out.mp4', 0.1, NoAudioError, 'mute.mp4: has no audio'),
        (blind, 'out.mp4', 0.1, NoVideoError, 'blind.mp4: has no video'),
        (garbage, 'out.mp4', 0.1, UnreadableMediaError, 'garbage.mp4: cannot be opened'),
        (clip, 'out.mp4', -5.0, TooShortError, 'no audio left'),
        (clip, 'out.avi', 0.1, UnwritableMediaError, 'AVI has no time stamps'),
        (clip, 'out.unknown', 0.1, UnwritableMediaError, 'its suffix must be'),
        (clip, 'out.webm', 0.1, either, r'out\.webm|remux_whole'),
        (clip, clip, 0.1, UnwritableMediaError, 'overwrite'),
    ):
        with pytest.raises(error, match=sentence):
            shift_audio(path, tmp_path / out, seconds)
    assert list(tmp_path.iterdir()) == []
