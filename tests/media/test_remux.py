from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from media_factory import audio_lag, copy_packets, tag_rotation, write_clip

from mmav_coattn import errors
from mmav_coattn.media import MediaFile
from mmav_coattn.media.open_container import open_container, stream_kind
from mmav_coattn.media.remux import left_out, shift_audio

CASES = {
    'plain.mp4': {},
    'late_audio.mp4': dict(audio_start=0.7),
    'late_picture.mp4': dict(video_start=0.5),
    'opus.mkv': dict(audio_codec='libopus', sample_rate=48000),
    'mp3.mp4': dict(audio_codec='libmp3lame', sample_rate=44100, b_frames=2),
    'pcm.mov': dict(audio_codec='pcm_s16le'),
    'stereo.ts': dict(layout='stereo'),
    'av1.mp4': dict(video_codec='libsvtav1'),
}


def picture_packets(path):
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def times_of(path):
    """Lag and end of the audio against the first frame, s."""
    with MediaFile(path) as media:
        lag = audio_lag(media.read_audio(1.2, 1.0, 16000), 1.2, 16000, 0.5)
        return np.array([lag, media.audio_span[1]]) - media.video_span[0]


@pytest.mark.parametrize('name', CASES)
def test_audio_moves_by_so_much(name, tmp_path):
    clip = tmp_path / name
    write_clip(clip, duration=3.0, **CASES[name])
    for seconds in (0.3, -0.3, 0.013):
        out = shift_audio(clip, tmp_path / 'deep' / name, seconds)
        lag, end = times_of(out) - times_of(clip)
        assert lag == pytest.approx(seconds, abs=0.0015)
        # What would come before the start is left out, whole packets of it.
        assert end == pytest.approx(seconds, abs=0.025)
        assert picture_packets(out) == picture_packets(clip)
        assert [file.name for file in out.parent.iterdir()] == [name]


def test_rotation_is_kept(tmp_path):
    plain, turned = tmp_path / 'flat.mp4', tmp_path / 'turned.mp4'
    write_clip(plain, duration=1.0, size=(96, 64))
    tag_rotation(plain, turned, 90)
    with MediaFile(shift_audio(turned, tmp_path / 'out.mp4', 0.2)) as media:
        assert media.read_frames([0.5]).shape == (1, 96, 64, 3)


@pytest.mark.parametrize('name', ['out.mkv', 'out.mp4', 'out.mov'])
def test_cover_title_language_and_chapters_are_kept(name, tmp_path):
    plain, film = tmp_path / 'plain.mkv', tmp_path / 'film.mkv'
    write_clip(plain, duration=1.0)
    image = cv2.imencode('.png', np.zeros((8, 8, 3)))[1].tobytes()
    chapter = dict(id=0, start=0, end=500, time_base=Fraction(1, 1000), metadata={'title': 'one'})

    def dress(film):
        film.metadata['title'] = 'caf\udce9'  # Latin-1
        film.streams.audio[0].metadata['language'] = 'eng'
        film.set_chapters([chapter])
        film.add_attachment('cover.png', 'image/png', image)

    copy_packets(plain, film, dress)
    out = shift_audio(film, tmp_path / name, 0.1)
    with open_container(out) as copy:
        assert copy.metadata['title'] == 'caf\udce9'
        assert copy.streams.audio[0].language == 'eng'
        assert [each['metadata'] for each in copy.chapters()] == [{'title': 'one'}]
        pictures = [s for s in copy.streams if stream_kind(s) == 'cover art']
        covers = [bytes(next(copy.demux(picture))) for picture in pictures]
    lost = name == 'out.mov'
    assert covers == [image] * (not lost) and left_out(film, out) == ['cover art'] * lost


def test_what_cannot_be_done(tmp_path):
    write_clip(tmp_path / 'clip.mp4', duration=1.0)
    write_clip(tmp_path / 'mute.mp4', duration=1.0, audio=False)
    write_clip(tmp_path / 'blind.mp4', duration=1.0, video=False)
    (tmp_path / 'garbage.mp4').write_bytes(b'no video' * 99)
    before = sorted(tmp_path.iterdir())
    either = (errors.UnwritableMediaError, errors.UnreadableMediaError)
    for name, out, seconds, error, sentence in (
        ('mute.mp4', 'out.mp4', 0.1, errors.NoAudioError, 'mute.mp4: has no audio'),
        ('blind.mp4', 'out.mp4', 0.1, errors.NoVideoError, 'blind.mp4: has no video'),
        ('garbage.mp4', 'o.mp4', 0.1, errors.UnreadableMediaError, 'garbage.mp4: cannot be opened'),
        ('clip.mp4', 'out.mp4', -5.0, errors.TooShortError, 'no audio left'),
        ('clip.mp4', 'out.avi', 0.1, errors.UnwritableMediaError, 'AVI has no time stamps'),
        ('clip.mp4', 'out.unknown', 0.1, errors.UnwritableMediaError, 'its suffix must be'),
        ('clip.mp4', 'out.webm', 0.1, either, r'out\.webm|clip'),
        ('clip.mp4', 'clip.mp4', 0.1, errors.UnwritableMediaError, 'overwrite'),
        ('clip.mp4', '/proc/out.mp4', 0.1, errors.UserError, '^/proc/out.mp4: cannot be written'),
    ):
        with pytest.raises(error, match=sentence):
            shift_audio(tmp_path / name, tmp_path / out, seconds)
    assert sorted(tmp_path.iterdir()) == before
