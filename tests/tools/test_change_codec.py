import pytest
from media_factory import audio_lag, frame_number, write_clip

from mmav_coattn.media import MediaFile


@pytest.mark.parametrize(
    ('codec', 'names'), [('vp9', ('vp9', 'opus')), ('mjpeg', ('mjpeg', 'pcm_s16le'))]
)
def test_streams_stay_where_they_were(codec, names, tmp_path, here):
    (tmp_path / 'set/test').mkdir(parents=True)
    clip = write_clip(tmp_path / 'set/test/a.mp4', duration=3.0, fps=25)
    (tmp_path / 'set/test.json').write_text('{}')
    done = here('analysis_tools/change_codec.py', tmp_path / 'set', tmp_path / 'out',
                '--codec', codec)  # fmt: skip
    assert done.code == 0 and '2 files as' in done.out, done
    assert (tmp_path / 'out/test.json').read_text() == '{}'
    with MediaFile(tmp_path / 'out/test/a.mp4') as media:
        assert (media.codec_name('video'), media.codec_name('audio')) == names
        times = [0.5, 1.5, 2.9]
        frames = media.read_frames(times)
        assert [frame_number(frame) for frame in frames] == [clip.frame_at(t) for t in times]
        assert abs(audio_lag(media.read_audio(1.0, 1.0, 16000), 1.0, 16000)) < 0.001


def test_nothing_to_copy(tmp_path, here):
    done = here('analysis_tools/change_codec.py', tmp_path, tmp_path / 'out')
    assert done.sentence() == f'{tmp_path}: holds no MP4 file.'
