"""Whole videos, window by window, through a tiny network with random weights."""

import av
import cv2
import numpy as np
import pytest
import torch
from media_factory import write_clip
from mmengine.config import Config
from models.tiny import AUDIO, VISUAL

from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.apis.localizer import coarse_weights, covering_slots
from mmav_coattn.errors import (
    CheckpointError,
    ConfigError,
    NoAudioError,
    TooShortError,
    UnwritableMediaError,
)
from mmav_coattn.media import MediaFile

CLIP = 0.8
FRAMES = 8


def config(module='CMA', **changes):
    return Config(
        dict(
            model=dict(
                type='AudioVisualRecognizer',
                backbone=dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO),
                neck=dict(
                    type='CoAttentionNeck',
                    in_channels=(16, 16),
                    embed_dims=16,
                    num_heads=2,
                    module=module,
                ),
                cls_head=dict(type='MatchHead'),
                test_cfg=dict(blind_controls=True),
            ),
            test_pipeline=[
                dict(type='OpenAudioVisual'),
                dict(type='SampleSyncWindows', clip_seconds=CLIP, test_mode=True),
                dict(type='LoadFrames', num_frames=FRAMES),
                dict(type='Resize', scale=(32, 32), keep_ratio=False),
                dict(type='CenterCrop', crop_size=16),
                dict(type='FormatShape', input_format='NCTHW'),
                dict(type='LoadAudio', sample_rate=16000),
                dict(type='PackAudioVisualInputs'),
            ],
            **changes,
        )
    )


@pytest.fixture(scope='module')
def inferencer():
    torch.manual_seed(0)
    return AudioVisualInferencer(config())


@pytest.fixture(scope='module')
def clip(media_folder):
    """2.1 s of picture; the sound starts late."""
    path = media_folder / 'inferencer.mp4'
    write_clip(path, duration=2.1, fps=20, audio_start=0.1, audio_duration=2.0)
    return path


def run_alone(inferencer, path, start):
    """Map and score of one window, its frames and waveform read apart from all others."""
    times = start + (np.arange(FRAMES) + 0.5) * CLIP / FRAMES
    with MediaFile(path) as media:
        frames = media.read_frames(times)
        wave = media.read_audio(start, CLIP, 16000)
    small = np.stack([cv2.resize(frame, (32, 32)) for frame in frames])
    imgs = torch.from_numpy(small).permute(3, 0, 1, 2)[None]
    inputs = inferencer.model.data_preprocessor.preprocess(imgs, torch.from_numpy(wave)[None, None])
    with torch.no_grad():
        features, _ = inferencer.model.extract_feat(inputs, return_attention=True)
        score = inferencer.model.cls_head.predict(features)[0, 0].item()
    return features.attention[0, 0].numpy(), score


@pytest.mark.parametrize(
    ('span', 'slots'),
    [
        ((0.0, 0.8), [0]),
        ((0.0, 1.6), [0, 8]),
        ((0.3, 2.4), [0, 8, 13]),
        ((5.0, 7.46), [0, 8, 16]),
        ((5.0, 7.55), [0, 8, 16, 17]),
    ],
)
def test_windows_cover_the_file(inferencer, span, slots):
    assert covering_slots(span, inferencer.settings, 'x.mp4') == slots


def test_localize(inferencer, clip, tmp_path):
    out = tmp_path / 'new' / 'overlay.mp4'
    result = inferencer.localize(clip, out)
    with MediaFile(clip) as media:
        begin, end = media.common_span
    # AAC begins with 1024 samples (64 ms) of its own.
    assert (begin, end) == pytest.approx((0.1 - 0.064, 2.1), abs=0.001)
    assert result.window_starts[0] == begin and len(result.window_starts) == 3
    # The last window ends with the file, to less than a frame.
    step = CLIP / FRAMES
    assert 0 <= end - result.window_starts[-1] - CLIP < step
    assert result.scores.shape == (3,) and result.box == (0.0, 0.0, 1.0, 1.0)

    # The crop of the pipeline is left out: a map of all of the 32 px, one place for 8 of them.
    assert result.attention.shape[1:] == (4, 4)
    np.testing.assert_allclose(result.attention.sum(axis=(1, 2)), 1, rtol=1e-5)
    assert len(result.times) == len(result.attention)
    assert (np.diff(result.times) > 0).all() and np.diff(result.times).max() <= step + 1e-9
    assert result.times[0] == pytest.approx(begin + step / 2)
    assert end - 1.5 * step < result.times[-1] <= end - step / 2 + 1e-9

    # Each map is that of the first window which has its time, through the network alone.
    maps, score = run_alone(inferencer, clip, result.window_starts[1])
    np.testing.assert_allclose(result.attention[FRAMES : 2 * FRAMES], maps, atol=1e-6)
    assert result.scores[1] == pytest.approx(score, abs=1e-6)
    last, _ = run_alone(inferencer, clip, result.window_starts[2])
    np.testing.assert_allclose(
        result.attention[2 * FRAMES :], last[-(len(result.times) - 2 * FRAMES) :], atol=1e-6
    )

    with av.open(str(out)) as container:
        assert {stream.type for stream in container.streams} == {'video', 'audio'}
        assert container.duration / av.time_base == pytest.approx(end - begin, abs=0.1)
        frames = sum(1 for _ in container.decode(video=0))
    assert frames == pytest.approx((end - begin) * 20, abs=1)


def test_windows_at_once(inferencer):
    assert (inferencer.localize_batch, inferencer.batch_size) == (2, 8)
    few = AudioVisualInferencer(config(), batch_size=3)
    assert (few.localize_batch, few.batch_size) == (3, 3)


def test_the_part_of_the_picture_that_maps_cover(clip):
    cfg = config()
    cfg.test_pipeline.insert(3, dict(type='FixedCrop', box=(0.25, 0.5, 0.75, 1.0)))
    result = AudioVisualInferencer(cfg).localize(clip)
    assert result.box == (0.25, 0.5, 0.75, 1.0)


def test_checkpoints(clip, tmp_path):
    torch.manual_seed(1)
    first = AudioVisualInferencer(config())
    torch.save(dict(state_dict=first.model.state_dict()), tmp_path / 'first.pth')
    second = AudioVisualInferencer(config(), tmp_path / 'first.pth')
    assert (second.localize(clip).scores == first.localize(clip).scores).all()

    state = first.model.state_dict()
    state.pop('cls_head.classify.bias')
    torch.save(dict(state_dict=state), tmp_path / 'other.pth')
    with pytest.raises(CheckpointError, match=r'other\.pth: .*cls_head\.classify\.bias'):
        AudioVisualInferencer(config(), tmp_path / 'other.pth')
    with pytest.raises(CheckpointError, match=r'gone\.pth: there is no such checkpoint'):
        AudioVisualInferencer(config(), tmp_path / 'gone.pth')


def test_silent_stretch_has_a_uniform_map(inferencer, media_folder):
    path = media_folder / 'half_silent.mkv'
    # Sound from 0.8 s on only in the second window: the first is a hole of the first half.
    write_clip(path, duration=1.6, fps=20, audio_codec='pcm_s16le', gap=(0.3, 0.6))
    result = inferencer.localize(path)
    assert np.isnan(result.scores).tolist() == [True, False]
    assert (result.attention[:FRAMES] == 1 / 16).all()
    assert not (result.attention[FRAMES:] == 1 / 16).all()


def test_no_source_in_sight_below_the_least_confidence(inferencer, clip):
    found = inferencer.localize(clip)
    least = float(np.median(found.confidence))
    cautious = AudioVisualInferencer(
        config(), map_source=dict(type='AttentionMap', min_confidence=least)
    )
    cautious.model.load_state_dict(inferencer.model.state_dict())
    result = cautious.localize(clip)
    np.testing.assert_allclose(result.confidence, found.confidence)
    hidden = found.confidence < least
    assert hidden.tolist().count(True) == 1
    # Each map belongs to the first window that has its time.
    owner = np.searchsorted(result.window_starts + CLIP, result.times)
    for window in range(3):
        own = result.attention[owner == window]
        assert (own == 1 / 16).all() if hidden[window] else not (own == 1 / 16).all()


def test_folder_with_files_that_fail(inferencer, clip, tmp_path):
    folder = tmp_path / 'in'
    folder.mkdir()
    (folder / 'good.mp4').write_bytes(clip.read_bytes())
    (folder / 'garbage.mp4').write_bytes(b'no video' * 99)
    write_clip(folder / 'mute.mp4', duration=1.0, audio=False)
    batch = inferencer.localize(folder, tmp_path / 'out')
    assert list(batch.results) == [str(folder / 'good.mp4')]
    assert list(batch.failures) == [str(folder / 'garbage.mp4'), str(folder / 'mute.mp4')]
    assert [file.name for file in (tmp_path / 'out').iterdir()] == ['good.mp4']
    batch = inferencer.sync(str(folder / '*.mp4'), max_offset=0.3)
    assert len(batch.results) == 1 and len(batch.failures) == 2
    assert batch.results[str(folder / 'good.mp4')].shifts == pytest.approx(
        [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]
    )


def test_settings_out_of_range(inferencer, clip):
    with pytest.raises(ConfigError, match='max_offset=0 must be more'):
        inferencer.sync(clip, max_offset=0)
    with pytest.raises(UnwritableMediaError, match='overwrite its original'):
        inferencer.localize(clip, clip)
    with pytest.raises(ConfigError, match='batch_size=0'):
        AudioVisualInferencer(config(), batch_size=0)


def test_network_without_maps(clip):
    with pytest.raises(ConfigError, match='neck.module is VGA'):
        AudioVisualInferencer(config('VGA')).localize(clip)


def test_files_that_cannot_be_used(inferencer, media_folder):
    write_clip(media_folder / 'brief.mp4', duration=0.6)
    with pytest.raises(TooShortError, match=r'brief\.mp4: .*for 0\.\d+ s, .* needs 0\.8 s'):
        inferencer.localize(media_folder / 'brief.mp4')
    write_clip(media_folder / 'no_sound.mp4', duration=1.0, audio=False)
    with pytest.raises(NoAudioError, match=r'no_sound\.mp4'):
        inferencer.localize(media_folder / 'no_sound.mp4')


def test_configs_that_lack_what_is_needed():
    cfg = config()
    cfg.test_pipeline = [t for t in cfg.test_pipeline if t['type'] != 'SampleSyncWindows']
    with pytest.raises(ConfigError, match='no SampleSyncWindows'):
        AudioVisualInferencer(cfg)
    for name in ('model', 'test_pipeline'):
        cfg = config()
        cfg.pop(name)
        with pytest.raises(ConfigError, match=f'has no {name}'):
            AudioVisualInferencer(cfg)


def test_listener(clip, tmp_path):
    inferencer = AudioVisualInferencer(config(), batch_size=1)
    heard = []
    inferencer.listener = lambda *call: heard.append(call)
    inferencer.localize(clip, tmp_path / 'out.mp4')
    with MediaFile(clip) as media:
        begin, end = media.common_span
    looking = [(done, total) for doing, done, total in heard if doing == 'looking']
    assert looking == [pytest.approx((done, end - begin)) for done in (0.8, 1.6, looking[-1][0])]
    assert {doing for doing, *_ in heard} == {'looking', 'writing'}
    assert all(0 <= done <= total for _, done, total in heard)


def test_fine_maps_are_kept_coarser_with_the_same_sums():
    weights = torch.rand(2, 3, 48, 36).softmax(dim=-1)
    coarse = coarse_weights(weights, most=24)
    assert coarse.shape == (2, 3, 24, 24)
    torch.testing.assert_close(coarse.sum(dim=(-2, -1)), weights.sum(dim=(-2, -1)))
    # 48 places become 24 of two each.
    pairs = weights.sum(dim=-1).unflatten(-1, (24, 2)).sum(dim=-1)
    torch.testing.assert_close(coarse.sum(dim=-1), pairs, rtol=0.2, atol=0.0)
    assert coarse_weights(weights, most=48) is weights
