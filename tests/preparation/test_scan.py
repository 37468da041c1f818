import csv
import json
from unittest import mock

import numpy as np
import pytest
from media_factory import draw_frame, write_clip

from mmav_coattn.datasets import AudioVisualDataset
from mmav_coattn.errors import ConfigError
from mmav_coattn.media import audio_reader
from mmav_coattn.preparation import probe
from mmav_coattn.preparation import scan as module
from mmav_coattn.preparation.probe import measure_motion, probe_media
from mmav_coattn.preparation.scan import Limits, scan


def write_photograph(path):
    """A frame that stands still, with the noise that encoding adds to a textured image."""
    coarse = np.random.default_rng(0).integers(0, 256, (20, 20, 3)).astype(np.uint8)
    image = coarse.repeat(8, axis=0).repeat(8, axis=1)
    with mock.patch('media_factory.draw_frame', lambda *args: image):
        write_clip(path, duration=3.0, size=(160, 160), gop=5, codec_options={'crf': '30'})


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp('scan')
    picture = dict(fps=12.5, size=(80, 64), video_start=0.2)
    sound = dict(audio_start=0.5, sample_rate=44100, layout='stereo', level=0.1)
    write_clip(root / 'good.mkv', duration=3.0, **picture, **sound)
    write_clip(root / 'no_sound.mp4', duration=3.0, audio=False)
    write_clip(root / 'no_picture.mp4', duration=3.0, video=False)
    write_clip(root / 'silent.mp4', duration=3.0, level=0)
    write_clip(root / 'short.mp4', duration=1.0)
    write_clip(root / 'hole.mkv', duration=4.0, audio_codec='pcm_s16le', gap=(1.0, 1.9))
    write_photograph(root / 'still.mp4')
    (root / 'text.mp4').write_text('this is no video')
    write_clip(root / 'whole.mkv', duration=4.0, options=dict(reserve_index_space='1000'))
    whole = (root / 'whole.mkv').read_bytes()
    (root / 'cut_off.mkv').write_bytes(whole[: len(whole) // 2])
    damaged = bytearray(whole)
    third = len(damaged) // 3
    damaged[third : third + 2000] = np.random.default_rng(1).bytes(2000)
    (root / 'damaged.mkv').write_bytes(damaged)
    return root


EXPECTED = {
    'good.mkv': 'ok', 'whole.mkv': 'ok', 'hole.mkv': 'ok', 'no_sound.mp4': 'no_audio',
    'no_picture.mp4': 'no_video', 'silent.mp4': 'silent', 'short.mp4': 'too_short',
    'still.mp4': 'still', 'text.mp4': 'unreadable', 'cut_off.mkv': 'unreadable',
    'damaged.mkv': 'unreadable', 'gone.mp4': 'missing',
}  # fmt: skip


def items_of(names):
    return [dict(relpath=name, label=number) for number, name in enumerate(names)]


def test_verdicts_tables_and_report(folder, tmp_path):
    summary = scan(folder, items_of(EXPECTED), tmp_path, Limits(), num_workers=2)
    with (tmp_path / 'files.csv').open(newline='') as file:
        rows = {row['file']: row for row in csv.DictReader(file)}
    assert {name: row['status'] for name, row in rows.items()} == EXPECTED
    assert summary['verdicts'] == {x: [*EXPECTED.values()].count(x) for x in module.VERDICTS}
    assert (summary['files'], summary['late_audio'], summary['with_holes']) == (12, 1, 1)
    assert summary == json.loads((tmp_path / 'report.json').read_text())
    assert 'promises 4.1 s: it is cut off' in rows['cut_off.mkv']['detail']
    # The usable files load as they are listed, labels included.
    dataset = AudioVisualDataset(str(tmp_path / 'usable.csv'), data_root=str(folder))
    listed = [dataset.get_data_info(index) for index in range(len(dataset))]
    names = [(x['relpath'], x['label']) for x in listed]
    assert names == [('good.mkv', 0), ('whole.mkv', 1), ('hole.mkv', 2)]
    assert listed[0]['columns']['sample_rate'] == '44100'


def test_measures_of_a_file(folder):
    probe = probe_media(folder / 'good.mkv')
    assert (probe.width, probe.height, probe.sample_rate, probe.channels) == (80, 64, 44100, 2)
    assert (probe.video_codec, probe.audio_codec) == ('h264', 'aac')
    assert probe.fps == pytest.approx(12.5, abs=0.01)
    assert probe.video_start == pytest.approx(0.2, abs=0.002)
    assert probe.offset == pytest.approx(0.3, abs=0.06)
    assert probe.duration == pytest.approx(2.7, abs=0.07)
    # Tones with an RMS of 0.1: -20 dB of full scale.
    assert probe.level == pytest.approx(-20, abs=0.5)
    assert probe.hole == pytest.approx(0, abs=0.005)
    assert probe_media(folder / 'silent.mp4').level == -np.inf


def test_motion():
    still = draw_frame(5, False, (64, 64))[..., 0]
    assert measure_motion([still]) is None
    assert measure_motion([still, still, still]) == 0
    moved = still.copy()
    moved[10:20, 10:20] += 30  # 2.4 percent of the frame, a mouth, is enough
    assert measure_motion([still, still, moved]) == 30


def test_goes_on_where_it_stopped(folder, tmp_path, monkeypatch):
    items = items_of(['good.mkv', 'short.mp4', 'text.mp4'])
    first = scan(folder, items, tmp_path, Limits(), num_workers=1)
    assert first['verdicts']['too_short'] == first['verdicts']['ok'] == 1
    # Other limits judge what is known; nothing is probed again.
    asked = []
    monkeypatch.setattr(module, 'run_isolated', lambda _, todo, *args: asked.append(todo) or ())
    for limits, counts in (
        (dict(min_seconds=0.5), dict(ok=2, too_short=0)),
        (dict(min_seconds=3.0), dict(ok=0, too_short=2)),
        (dict(min_level=-15), dict(ok=0, too_short=1, silent=1)),
        (dict(min_motion=255), dict(ok=0, too_short=1, still=1)),
    ):
        again = scan(folder, items, tmp_path, Limits(**limits))
        assert again['verdicts'] | counts == again['verdicts']
    assert asked == [[]] * 4
    # A torn last line is.
    monkeypatch.undo()
    journal = tmp_path / module.JOURNAL
    journal.write_bytes(journal.read_bytes()[:-20])
    assert scan(folder, items, tmp_path, Limits(), num_workers=1) == first
    assert len(journal.read_text().splitlines()) == 3


def test_listed_twice(folder, tmp_path):
    with pytest.raises(ConfigError, match=r'1 files are listed more than once: good\.mkv'):
        scan(folder, items_of(['good.mkv', 'good.mkv']), tmp_path, Limits())


def test_long_holes_are_skipped(tmp_path, monkeypatch):
    """A damaged time stamp can leave weeks between two packets: they are not searched in steps."""
    write_clip(tmp_path / 'a.mkv', duration=4.0, audio_codec='pcm_s16le', gap=(0.5, 3.5))
    expected = probe_media(tmp_path / 'a.mkv')
    assert expected.hole == pytest.approx(3.0, abs=0.05)
    decode = mock.Mock(side_effect=audio_reader.decode_segments)
    monkeypatch.setattr(probe, 'CHUNK_SECONDS', 0.1)
    monkeypatch.setattr(probe, 'decode_segments', decode)
    found = probe_media(tmp_path / 'a.mkv')
    assert found.hole == pytest.approx(expected.hole, abs=1e-3)
    assert found.level == pytest.approx(expected.level, abs=3)  # blocks of other lengths
    asked = [call.args[2] for call in decode.call_args_list]
    assert len(asked) <= 14 and not [first for first in asked if 0.8 < first < 3.4]
