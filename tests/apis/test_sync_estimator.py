"""Offsets of files that were written with a known offset."""

import numpy as np
import pytest
import torch
from media_factory import write_clip
from mmengine.dataset import Compose
from oracle import SETTINGS, Oracle

from mmav_coattn.apis.sync_estimator import find_drift, measure_sync
from mmav_coattn.errors import (
    ConfigError,
    NoAudioError,
    NoVideoError,
    SilentAudioError,
    TooShortError,
)
from mmav_coattn.evaluation.functional.offset_curve import OffsetEstimate
from mmav_coattn.media.remux import shift_audio

#: In the middle of frames, so that click and flash fall into one step of the grid.
EVENTS = (np.array([7, 13, 31, 47, 52, 72, 83, 97, 112, 127, 132, 148]) + 0.5) * 0.04


def measure(path, max_offset=1.0, segment_seconds=10.0, model=None, **changes):
    calls = []
    with torch.no_grad():
        result = measure_sync(
            model or Oracle(),
            SETTINGS._replace(**changes),
            str(path),
            max_offset,
            2,
            segment_seconds,
            lambda *progress: calls.append(progress),
        )
    done = [seconds for seconds, _ in calls]
    assert done == sorted(done) and done[-1] == calls[-1][1]
    return result


@pytest.fixture(scope='module')
def clip(media_folder):
    path = media_folder / 'events.mp4'
    write_clip(path, duration=6.4, events=EVENTS, level=0.01)
    return path


@pytest.mark.parametrize('offset', [0.0, 0.24, -0.6, 0.8])
def test_offset_and_its_sign(clip, tmp_path, offset):
    result = measure(shift_audio(clip, tmp_path / 'shifted.mp4', offset))
    assert result.offset == pytest.approx(offset, abs=0.02)
    assert result.confidence > 0.99 and result.drift is None and not result.notes
    word = 'in sync' if offset == 0 else f'{abs(offset):.2f} s {"late" if offset > 0 else "early"}'
    assert word in result.sentence()
    assert result.to_dict()['offset'] == result.offset


def test_streams_that_do_not_begin_at_zero(media_folder):
    path = media_folder / 'events_late_picture.mkv'
    write_clip(path, duration=6.4, video_start=0.48, events=EVENTS + 0.48, level=0.01)
    assert measure(path).offset == pytest.approx(0.0, abs=0.02)


def test_variable_frame_rate(media_folder):
    path = media_folder / 'events_variable.mp4'
    steps = np.random.default_rng(5).choice([0.01, 0.02, 0.03], 400)
    write_clip(path, frame_times=np.cumsum(steps) - steps[0], events=EVENTS, level=0.01)
    assert measure(shift_audio(path, path.with_name('vfr.mp4'), 0.4)).offset == pytest.approx(
        0.4, abs=0.04
    )


def test_every_window_is_computed_once(clip):
    model = Oracle()
    result = measure(clip, model=model)
    # 6.4 s: windows of 40 frames begin at frames 0, 10 ... 120; sound at each frame from 0 to 120.
    assert model.seen_clips == 13 and model.heard_windows == 121
    assert result.window_scores.shape == (13, 51)
    np.testing.assert_allclose(result.window_times, 0.8 + 0.4 * np.arange(13))
    # The first window has no sound that is 0.04 s earlier, the last none later.
    assert np.isfinite(result.window_scores[0]).tolist() == [False] * 25 + [True] * 26
    assert np.isfinite(result.window_scores[-1]).tolist() == [True] * 26 + [False] * 25


def test_scores_are_those_of_the_windows_read_one_by_one(media_folder):
    """Through a real network, against frames and waveforms that are read apart."""
    from models.tiny import recognizer

    from mmav_coattn.media import MediaFile

    path = media_folder / 'one_by_one.mp4'
    write_clip(path, duration=2.4, events=EVENTS)
    torch.manual_seed(0)
    model = recognizer().eval()
    settings = dict(clip_seconds=0.8, num_frames=20, spatial=Compose([]))
    result = measure(path, max_offset=0.4, model=model, **settings)
    with MediaFile(path) as media, torch.no_grad():
        begin, _ = media.video_span
        for window, column in ((0, 14), (3, 2), (7, 10)):
            start = begin + window * 0.2
            times = start + (np.arange(20) + 0.5) * 0.04
            imgs = torch.from_numpy(media.read_frames(times)).permute(3, 0, 1, 2)[None]
            wave = media.read_audio(start + result.shifts[column], 0.8, 16000)
            inputs = model.data_preprocessor.preprocess(imgs, torch.from_numpy(wave)[None, None])
            score = model(inputs, mode='tensor')[0, 0].item()
            assert result.window_scores[window, column] == pytest.approx(score, abs=1e-5)


def test_cannot_tell(media_folder, clip, tmp_path):
    still = media_folder / 'no_events.mp4'
    write_clip(still, duration=4.0)
    result = measure(still)
    assert result.offset is None and 'cannot tell: no shift' in result.sentence()
    # Nothing in reach: the best is the last shift.
    result = measure(shift_audio(clip, tmp_path / 'far.mp4', 0.24), max_offset=0.24)
    assert result.offset is None and 'larger search range' in result.sentence()


def test_silent_and_missing_stretches_are_left_out_and_named(media_folder):
    path = media_folder / 'events_hole.mkv'
    write_clip(path, duration=6.4, events=EVENTS, level=0.01, audio_codec='pcm_s16le', gap=(3, 3.5))
    result = measure(path)
    assert result.offset == pytest.approx(0.0, abs=0.02)
    assert len(result.notes) == 1 and 'windows of sound were left out' in result.notes[0]
    assert 'lacks' in result.notes[0]
    silent = media_folder / 'silent.mp4'
    write_clip(silent, duration=3.0, level=0)
    with pytest.raises(SilentAudioError, match=r'silent\.mp4: is silent'):
        measure(silent)


def test_drift(media_folder):
    path = media_folder / 'drift.mkv'
    # Sound made for a clock that runs 4 % fast: an event at t is heard at 1.04 t.
    events = np.sort(np.random.default_rng(2).uniform(0.5, 19.0, 50))
    write_clip(path, duration=20.0, events=events, level=0.01, audio_codec='pcm_s16le')
    late = media_folder / 'drift_sound.mkv'
    write_clip(late, duration=20.0, events=events * 1.04, level=0.01, audio_codec='pcm_s16le')
    joined = media_folder / 'drift_joined.mkv'
    join(path, late, joined)
    result = measure(joined, segment_seconds=2.0)
    assert result.drift is not None
    assert result.drift.rate == pytest.approx(0.04, abs=0.006)
    assert result.offset == pytest.approx(0.4, abs=0.1)
    assert 'drifts by +' in result.sentence() and 'ms a minute' in result.sentence()


def join(picture_from, sound_from, out):
    import av

    with (
        av.open(str(picture_from)) as picture,
        av.open(str(sound_from)) as sound,
        av.open(str(out), 'w') as target,
    ):
        sources = picture.streams.video[0], sound.streams.audio[0]
        copies = [target.add_stream_from_template(source) for source in sources]
        packets = []
        for container, source, copy in zip((picture, sound), sources, copies, strict=True):
            own = [packet for packet in container.demux(source) if packet.dts is not None]
            packets += [(packet.dts * packet.time_base, copy, packet) for packet in own]
        for _, copy, packet in sorted(packets, key=lambda item: item[0]):
            packet.stream = copy
            target.mux(packet)


def test_what_is_no_drift():
    def estimates(offsets):
        return [OffsetEstimate(offset, offset or 0.0, 0.9, False) for offset in offsets]

    times = np.arange(5) * 10.0
    rising = [0.0, 0.1, 0.2, 0.3, 0.4]
    found = find_drift(times, estimates(rising), 0.0, 50.0, 0.04)
    assert found == pytest.approx((0.01, 0.0, 0.5))
    for offsets in ([0.2] * 5, [0.0, 0.01, 0.02, 0.03, 0.04], [0.1, -0.9, 0.12, 0.9, 0.1]):
        assert find_drift(times, estimates(offsets), 0.0, 50.0, 0.04) is None
    assert find_drift(times, estimates([0.0, None, None, None, 0.4]), 0.0, 50.0, 0.04) is None


def test_files_that_cannot_be_used(media_folder):
    cases = (
        ('tiny.mp4', dict(duration=0.3), TooShortError, r'tiny\.mp4: .*compares 1\.6 s of both'),
        ('mute.mp4', dict(duration=2.0, audio=False), NoAudioError, 'no audio'),
        ('blind.mp4', dict(duration=2.0, video=False), NoVideoError, 'no picture'),
        ('apart.mkv', dict(duration=2.0, audio_start=6.0), TooShortError, 'compares'),
    )
    for name, settings, error, sentence in cases:
        write_clip(media_folder / f'sync_{name}', **settings)
        with pytest.raises(error, match=sentence):
            measure(media_folder / f'sync_{name}')


def test_network_whose_towers_cannot_run_apart(clip):
    model = Oracle()
    model.backbone = torch.nn.Identity()
    with pytest.raises(ConfigError, match='Identity joins sound and picture'):
        measure(clip, model=model)
