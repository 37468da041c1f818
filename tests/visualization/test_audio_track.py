import av
import pytest
from media_factory import audio_lag, linear_sound, write_clip

from mmav_coattn.visualization.audio_track import AudioTrack


def copy(path, out, start, end, steps=()):
    with av.open(str(path)) as source, av.open(str(out), 'w') as output:
        track = AudioTrack(source, start, end)
        stream = output.add_stream('aac', rate=track.rate, layout=track.layout)
        for step in steps:
            track.encode_until(output, stream, step)
            assert 0 <= track.encoded / track.rate - step < 0.5
        track.finish(output, stream)
        return track.encoded, track.rate


# AAC has no rate of 10,000 Hz.
@pytest.mark.parametrize(
    ('rate', 'layout', 'kept'), [(44100, 'stereo', 44100), (10000, 'mono', 48000)]
)
def test_a_segment_begins_and_ends_where_it_should(rate, layout, kept, tmp_path):
    audio = dict(audio_codec='pcm_s16le', sample_rate=rate, layout=layout)
    write_clip(tmp_path / 'in.mkv', duration=3.0, **audio)
    encoded, out_rate = copy(tmp_path / 'in.mkv', tmp_path / 'out.mp4', 0.7, 2.2, (0.3, 0.9, 1.4))
    assert out_rate == kept and encoded == pytest.approx(1.5 * kept, abs=64)
    wave, start, found = linear_sound(tmp_path / 'out.mp4')
    assert found == kept
    inside = wave[round((0.2 - start) * kept) : round((1.2 - start) * kept)]
    assert abs(audio_lag(inside, 0.9, kept)) <= 1e-3


def test_a_broadcast_that_changes_its_channels(tmp_path):
    with (tmp_path / 'both.ts').open('wb') as both:
        for start, layout in ((0.0, 'mono'), (2.0, 'stereo')):
            options = dict(layout=layout, sample_rate=44100, video_start=start, audio_start=start)
            both.write(write_clip(tmp_path / 'part.ts', duration=2.0, **options).path.read_bytes())
    copy(tmp_path / 'both.ts', tmp_path / 'out.mp4', 0.2, 3.6)
    wave, start, rate = linear_sound(tmp_path / 'out.mp4')
    # A transport stream that begins at 0 s cannot hide the priming of AAC.
    for time, lag in ((0.2, 1024 / 44100), (2.2, 0.0)):
        inside = wave[round((time - start) * rate) :][:rate]
        assert audio_lag(inside, time + 0.2, rate) == pytest.approx(lag, abs=1e-3)
