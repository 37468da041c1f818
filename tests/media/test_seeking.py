import av
import numpy as np
import pytest
from av.stream import Discard
from media_factory import write_clip

from mmav_coattn.media.seeking import alone, loses_its_clock, rewind, seek_to


@pytest.fixture(scope='module', params=['mp4', 'mkv', 'avi', 'flv'])
def path(request, media_folder):
    file = media_folder / f'seeking.{request.param}'
    codec = 'mpeg4' if file.suffix == '.avi' else 'libx264'
    write_clip(file, duration=2.0, gop=10, video_codec=codec)
    return file


def packets(container, stream):
    return [packet for packet in container.demux(stream) if packet.pts is not None]


def test_lands_at_the_last_key_frame_before(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        keys = [p.pts for p in packets(container, stream) if p.is_keyframe]
        times = np.array([float(pts * stream.time_base) for pts in keys])
        assert len(times) == 5
        for time in (-1.0, 0.0, 0.39, 0.81, 1.3, 1.99):
            seek_to(container, stream, time)
            landed = packets(container, stream)[0]
            # A container whose stamps are decoding times may jump one key frame farther back.
            expected = max(np.searchsorted(times, time + 1e-3, side='right') - 1, 0)
            assert landed.is_keyframe
            assert keys.index(landed.pts) in ({expected, max(expected - 1, 0)})


def test_alone_leaves_the_other_streams_in_the_file_and_takes_them_back(path):
    with av.open(str(path)) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        with pytest.raises(KeyError), alone(container, sound):
            left_out = path.suffix in ('.mp4', '.mkv')
            assert (picture.discard == Discard.all) == left_out
            assert sound.discard == Discard.default
            if left_out:
                # Packets that were read before, to tell what the file is, go with the jump.
                rewind(container, sound)
                assert {p.stream.index for p in container.demux() if p.size} == {sound.index}
            raise KeyError
        assert picture.discard == Discard.default


@pytest.mark.parametrize(('name', 'expected'), [('a.ogg', True), ('b.flac', False)])
def test_flac_in_ogg_is_known_for_its_clock(tmp_path, name, expected):
    write_clip(tmp_path / name, duration=1.0, video=False, audio_codec='flac')
    with av.open(str(tmp_path / name)) as container:
        assert loses_its_clock(container, container.streams.audio[0]) == expected
