import pytest
from media_factory import write_clip
from mmengine.config import Config
from models.tiny import CONFIG
from sync_results import sync_result

from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.page import analyse


class StandIn:
    """Says the offsets it was given, one after the other, and copies instead of drawing."""

    def __init__(self, *offsets):
        self.listener, self.offsets = None, list(offsets)
        self.asked, self.localized = [], []

    def sync(self, video, max_offset):
        self.asked.append(max_offset)
        return sync_result(video, self.offsets.pop(0), notes=['a note'])

    def localize(self, video, out):
        self.localized.append(video)
        for doing in ('embedding', 'writing'):
            if self.listener is not None:
                self.listener(doing, 1.0, 2.0)
        out.write_bytes(b'overlay')


@pytest.fixture(scope='module')
def video(media_folder):
    return write_clip(media_folder / 'my clip.mp4', duration=2.0).path


def test_late_audio_is_mended_and_measured_again(video, tmp_path):
    told, inferencer = [], StandIn(0.25, 0.0)
    found = analyse(inferencer, video, tmp_path, 0.8, lambda *args: told.append(args))
    assert (found.overlay.name, found.curve.name) == ('my clip_overlay.mp4', 'my clip_sync.png')
    assert found.curve.read_bytes()[:4] == b'\x89PNG'
    offset, note, copy, of_copy = found.sentences
    assert offset.startswith('audio is 0.25 s late') and note == 'a note'
    assert copy.startswith('Corrected copy: audio moved 0.250 s earlier')
    assert 'measured again: in sync' in copy
    assert of_copy == 'The heat map is that of the corrected copy.'
    assert inferencer.asked == [0.8, 0.8]
    # Where nothing is in sync, the network sees the source in something else.
    assert inferencer.localized == [found.fixed]
    assert told == [
        (0.0, 'listening for the offset'),
        (0.4, 'mending a copy and measuring it again'),
        (0.7, 'drawing where the sound comes from'),
        (pytest.approx(0.75), 'embedding: 1 of 2 s of video'),
        (pytest.approx(0.9), 'writing: 1 of 2 s of video'),
        (1.0, 'done'),
    ]


@pytest.mark.parametrize(
    ('offset', 'sentence'),
    [
        (0.02, 'in sync as it is'),
        (None, 'There is no corrected copy.'),
        (5.0, 'There is no corrected copy: has no audio left when moved by -5.000 s'),
    ],
)
def test_no_copy(video, tmp_path, offset, sentence):
    inferencer = StandIn(offset)
    found = analyse(inferencer, video, tmp_path)
    assert found.fixed is None and sentence in found.sentences[-1]
    assert inferencer.localized == [video]
    assert found.overlay.is_file() and not list(tmp_path.glob('*fixed*'))


def test_avi_is_mended_as_matroska(tmp_path):
    codecs = dict(video_codec='mpeg4', audio_codec='pcm_s16le')
    clip = write_clip(tmp_path / 'a.avi', duration=1.0, **codecs).path
    assert analyse(StandIn(0.25, 0.0), clip, tmp_path).fixed == tmp_path / 'a_fixed.mkv'


def test_with_a_real_network(video, tmp_path):
    inferencer, told = AudioVisualInferencer(Config.fromstring(CONFIG, '.py')), []
    found = analyse(inferencer, video, tmp_path, 0.3, lambda share, doing: told.append(share))
    assert found.overlay.stat().st_size > 1000 and found.curve.stat().st_size > 1000
    assert told == sorted(told) and (told[0], told[-1]) == (0.0, 1.0) and len(told) > 8
    assert inferencer.listener is None
