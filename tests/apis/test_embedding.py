import re
from threading import Event, Thread

import numpy as np
import pytest
import torch
from media_factory import write_clip
from mmaction.registry import MODELS
from mmengine.config import Config
from models.tiny import AUDIO, MODEL
from pipelines import sync_pipeline

from mmav_coattn.apis import AudioVisualInferencer, embedding
from mmav_coattn.apis.embedding import _find_audible, embed_file
from mmav_coattn.apis.faces import FaceCrop, FaceTrack
from mmav_coattn.errors import ConfigError, TooShortError
from mmav_coattn.media import MediaFile

CLIP, FRAMES, RATE = 0.8, 16, 16000
STEP = CLIP / FRAMES


def build(module='AGA', subtract_mean_frame=True, centre_time=True, time_stride=1):
    windows = dict(clip_seconds=CLIP, audio_seconds=CLIP, num_negatives=0)
    pipeline = sync_pipeline(FRAMES, 32, **windows)
    neck = dict(MODEL['neck'], module=module, centre_time=centre_time)
    preprocessor = dict(
        type='AudioVisualDataPreprocessor',
        subtract_mean_frame=subtract_mean_frame,
        log_mel=dict(mean=-5.0, std=4.0),
    )
    audio = dict(AUDIO, strides=((2, time_stride), (2, 2)))
    backbone = dict(MODEL['backbone'], audio=audio)
    model = dict(MODEL, backbone=backbone, neck=neck, data_preprocessor=preprocessor)
    torch.manual_seed(0)
    return AudioVisualInferencer(Config(dict(model=model, test_pipeline=pipeline)))


@pytest.fixture(scope='module')
def network():
    return build()


def embed(network, path, **kwargs):
    return embed_file(network.model, network.settings, str(path), **kwargs)


PCM = dict(fps=20, audio_codec='pcm_s16le')


@pytest.fixture(scope='module')
def long_clip(media_folder):
    """A file of 5 s, and so of several blocks once these are made small."""
    path = media_folder / 'embedding_long.mkv'
    return write_clip(path, duration=5.0, events=(0.9, 2.3, 4.0), **PCM).path


@torch.no_grad()
@pytest.mark.parametrize('module', ['AGA', 'VGA', 'CMA'])
@pytest.mark.parametrize(('centred', 'start', 'stride'), [(True, 0.4, 1), (False, 0.0, 2)])
def test_a_file_as_long_as_a_clip_is_the_clip(module, centred, start, stride, media_folder):
    network = build(module, centred, centred, stride)
    path, late = media_folder / f'at_{start}.mkv', dict(video_start=start, audio_start=start)
    write_clip(path, duration=CLIP, events=(start + 0.3,), **late, **PCM)
    found = embed(network, path, keep_frames=True)
    with MediaFile(path) as media:
        frames = media.read_frames(start + (np.arange(FRAMES) + 0.5) * STEP)
        wave = torch.from_numpy(media.read_audio(start, CLIP, RATE))
    imgs = torch.stack([network.settings.prepare(frame) for frame in frames])
    assert torch.equal(found.frames, imgs)
    model = network.model
    inputs = model.data_preprocessor.preprocess(imgs.transpose(0, 1)[None], wave[None])
    features = model.neck_inputs(inputs)
    v, a = model.neck.embed(*features)
    assert found.grid == ((1, 1) if module == 'VGA' else (4, 4))
    torch.testing.assert_close(found.visual, v[0], atol=1e-4, rtol=0)
    taken, inside, heard = found.audio_at(found.times)
    assert inside.all() and heard.all() and found.audible.all()
    torch.testing.assert_close(taken, a[0, 0], atol=1e-4, rtol=0)
    torch.testing.assert_close(found.visual_features, features[0][0].mean(dim=(2, 3)).T)
    torch.testing.assert_close(found.audio_features, features[1][0].mean(dim=1).T)
    np.testing.assert_allclose(found.audio_times, start + features[2], atol=1e-6)


def test_blocks_of_any_size_give_the_same(network, long_clip, monkeypatch):
    told = []
    whole = embed(network, long_clip, progress=lambda *call: told.append(call))
    assert whole.visual.shape[:2] == (100, 16) and whole.audio.shape[1] == 1
    assert told == [pytest.approx((5.0, 5.0))]
    monkeypatch.setattr(embedding, 'BLOCK', 13)
    monkeypatch.setattr(embedding, 'AUDIO_BLOCK', 24)
    parts = embed(network, long_clip, progress=lambda *call: told.append(call))
    assert told[1] == pytest.approx((0.65, 5.0)) and told[-1] == pytest.approx((5.0, 5.0))
    for name in ('visual', 'audio', 'visual_features', 'audio_features'):
        wanted, found = getattr(whole, name), getattr(parts, name)
        assert wanted.std() > 0.01
        torch.testing.assert_close(found, wanted, atol=1e-3, rtol=0)
    np.testing.assert_array_equal(parts.audio_times, whole.audio_times)
    assert parts.audible.all() and whole.audible.all()
    assert (whole.frames, whole.notes) == (None, [])
    # Times lie in the middle of steps; the first audio step is centred on the first sample.
    np.testing.assert_allclose(parts.times, (np.arange(100) + 0.5) * STEP)
    spacing = whole.audio_times[1]
    np.testing.assert_allclose(whole.audio_times, np.arange(len(whole.audio)) * spacing, atol=1e-9)
    assert 5 - spacing < whole.audio_times[-1] <= 5


def test_audio_between_its_steps(network, long_clip):
    found = embed(network, long_clip)
    times = found.audio_times
    taken, _, _ = found.audio_at(times[[3, 40]])
    torch.testing.assert_close(taken, found.audio[[3, 40]], atol=1e-5, rtol=0)
    middle, _, _ = found.audio_at((times[7:8] + times[8:9]) / 2)
    expected = torch.nn.functional.normalize(found.audio[7] + found.audio[8], dim=-1)
    torch.testing.assert_close(middle[0], expected, atol=1e-5, rtol=0)
    found.audible[-20:] = False
    _, inside, heard = found.audio_at(np.array([-0.5, 0.0, 4.9, 5.5]))
    assert inside.tolist() == [False, True, True, False]
    assert heard.tolist() == [False, True, False, False]
    # More than are interpolated at once.
    many = np.linspace(-1, 6, 1500)
    some, _, _ = found.audio_at(many[1000:1003])
    torch.testing.assert_close(found.audio_at(many)[0][1000:1003], some, atol=1e-5, rtol=0)


def test_pytorch_leaves_a_core_to_the_decoder_and_gets_it_back(network, long_clip):
    """Two at once, of which the one that begins later, in a new thread, also ends later."""
    counts, started, go_on = [], Event(), Event()

    def count(*_):
        counts.append(torch.get_num_threads())

    def second():
        embed(network, long_clip, progress=lambda *_: (count(), started.set(), go_on.wait(60)))
        count()

    def begin_second(*_):
        count()
        thread.start()
        assert started.wait(60)

    thread, before = Thread(target=second), torch.get_num_threads()
    torch.set_num_threads(4)
    try:
        embed(network, long_clip, progress=begin_second)
        count()
        go_on.set()
        thread.join()
        later = Thread(target=count)
        later.start()
        later.join()
    finally:
        torch.set_num_threads(before)
    assert counts == [3, 3, 4, 4, 4]


def test_a_face_is_seen_by_its_mouth_and_beyond_the_edge_by_the_edge(long_clip):
    network = build()
    network.settings = network.settings._replace(face=FaceCrop(width=1.0, down=1.2))
    boxes = np.array([[-0.1, -0.7, 0.3, -0.2], [0.7, 0.2, 1.1, 0.7]])
    face = FaceTrack(np.array([0.5, 4.5]), boxes, aspect=1.0)
    found = embed(network, long_clip, streams=['visual'], keep_frames=True, face=face)
    mouths = face.mouths_at(found.times, network.settings.face)
    assert found.box == pytest.approx(np.median(mouths, axis=0).clip(0, 1))
    assert network.settings.for_face(mouths).short_side in (200, 201)  # 2.5 x 32 px / 0.4
    with MediaFile(long_clip) as media:
        frames = media.read_frames(found.times)
    for seen, frame, sides in zip(found.frames, frames, 64 * mouths, strict=True):
        x0, y0, x1, y1 = np.round(sides).astype(int)
        part = frame[np.arange(y0, y1).clip(0, 63)][:, np.arange(x0, x1).clip(0, 63)]
        assert torch.equal(seen, network.settings.prepare(part))


def test_streams_that_begin_late_and_end_early(network, tmp_path):
    late = dict(video_start=0.4, audio_start=0.9, audio_duration=1.5)
    found = embed(network, write_clip(tmp_path / 'late.mkv', duration=3.0, **late, **PCM).path)
    np.testing.assert_allclose(found.times, 0.4 + (np.arange(60) + 0.5) * STEP, atol=1e-3)
    assert found.audio_times[0] == pytest.approx(0.9) and found.audio_times[-1] <= 2.4
    assert found.audible.all() and found.notes == []
    _, inside, heard = found.audio_at(found.times)
    np.testing.assert_array_equal(inside, heard)
    np.testing.assert_array_equal(heard, (found.times > 0.9) & (found.times < 2.4))
    # Shorter than a clip, and too short.
    path = write_clip(tmp_path / 'short.mkv', duration=0.4, **PCM).path
    assert embed(network, path).clip_steps == FRAMES
    for video, audio, sentence in ((0.2, 2.0, '0.20 s of video'), (2.0, 0.02, '0.02 s of audio')):
        write_clip(path, duration=video, audio_duration=audio, **PCM)
        with pytest.raises(TooShortError, match=f'has {sentence}, and this network needs 0.25 s'):
            embed(network, path)


def test_a_hole_in_the_audio(network, tmp_path):
    path = write_clip(tmp_path / 'hole.mkv', duration=3.0, gap=(1.25, 1.75), **PCM).path
    found = embed(network, path)
    (note,) = found.notes
    seconds, _, reason = note.partition(' s of the audio were left out: ')
    assert 0.5 <= float(seconds) <= 1.0
    assert re.match(r'its audio lacks 0\.\d+ s from 1\.\d+ ', reason)
    inaudible = found.audio_times[~found.audible]
    assert inaudible[0] <= 1.26 and inaudible[-1] >= 1.7
    # What is left out beside the hole is less than the smallest piece that is read.
    assert inaudible[0] > 1.25 - 0.25 and inaudible[-1] < 1.75 + 0.25


def test_what_counts_as_audible(network):
    power = np.zeros(300)
    power[100] = 1e-2
    times = np.arange(300) * 0.02
    audible, notes = _find_audible(power, times, [], network.settings, 0.02)
    # A pulse of 1e-2 in a clip of 40 steps is at -36 dB, above the level of silence: the clips
    # around 20 steps before it and after it hear it.
    assert np.flatnonzero(audible).tolist() == list(range(81, 121))
    assert notes == ['5.2 s of the audio are silent and left out']
    # Named twice, as pieces are where blocks overlap.
    bad = [(1.9, 2.1, 'a.mp4: is broken')] * 2
    audible, notes = _find_audible(power, times, bad, network.settings, 0.02)
    assert not audible[95:105].any() and audible[94] and audible[105]
    assert notes[1] == '0.2 s of the audio were left out: a.mp4: is broken'


def test_networks_that_cannot_embed_a_file(network, long_clip):
    model, sizes = build().model, dict(in_channels=(16, 16), embed_dims=16)
    for neck, sentence in (
        (dict(type='PoolingNeck'), 'PoolingNeck: only a network with a CoAttentionNeck'),
        (dict(type='CoAttentionNeck', travel=True), 'follows sources that move'),
    ):
        model.neck = MODELS.build(neck | sizes)
        with pytest.raises(ConfigError, match=sentence):
            embed_file(model, network.settings, str(long_clip))
