"""Whole videos, window by window, through a tiny network with random weights."""

import av
import numpy as np
import pytest
import torch
from media_factory import write_clip
from mmengine.config import Config
from models.tiny import AUDIO, VISUAL

from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.datasets.media import MediaFile
from mmav_coattn.errors import CheckpointError, ConfigError, NoAudioError, TooShortError

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
                cls_head=dict(type='SyncHead', in_channels=16),
                test_cfg=dict(blind_controls=True),
            ),
            test_pipeline=[
                dict(type='OpenAudioVisual'),
                dict(type='SampleSyncWindows', clip_seconds=CLIP, test_mode=True),
                dict(type='LoadFrames', num_frames=FRAMES),
                dict(type='Resize', scale=(32, 32), keep_ratio=False),
                dict(type='CenterCrop', crop_size=16),
                dict(type='FormatShape', input_format='NCTHW'),
                dict(type='LoadAudioWindows', sample_rate=16000),
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


def test_localize(inferencer, clip, tmp_path):
    out = tmp_path / 'new' / 'overlay.mp4'
    result = inferencer.localize(clip, out)
    with MediaFile(clip) as media:
        begin, end = media.common_span
    # AAC begins with 1024 samples (64 ms) of its own.
    assert (begin, end) == pytest.approx((0.1 - 0.064, 2.1), abs=0.001)
    assert result.window_starts[0] == begin and len(result.window_starts) == 3
    assert result.window_starts[-1] + CLIP == pytest.approx(end)
    assert result.scores.shape == (3,) and result.box == (0.0, 0.0, 1.0, 1.0)

    # The crop of the pipeline is left out: a map of all of the 32 px, one place for 8 of them.
    assert result.attention.shape[1:] == (4, 4)
    np.testing.assert_allclose(result.attention.sum(axis=(1, 2)), 1, rtol=1e-5)
    step = CLIP / FRAMES
    assert len(result.times) == len(result.attention)
    assert (np.diff(result.times) > 0).all() and np.diff(result.times).max() <= step + 1e-9
    assert result.times[0] == pytest.approx(begin + step / 2)
    assert result.times[-1] == pytest.approx(end - step / 2)

    # Each map is that of the first window which has its time.
    maps, score = inferencer.run_window(clip, result.window_starts[1])
    np.testing.assert_allclose(result.attention[FRAMES : 2 * FRAMES], maps, atol=1e-6)
    assert result.scores[1] == pytest.approx(score, abs=1e-6)
    last, _ = inferencer.run_window(clip, result.window_starts[2])
    np.testing.assert_allclose(
        result.attention[2 * FRAMES :], last[-(len(result.times) - 2 * FRAMES) :], atol=1e-6
    )

    with av.open(str(out)) as container:
        assert {stream.type for stream in container.streams} == {'video', 'audio'}
        assert container.duration / av.time_base == pytest.approx(end - begin, abs=0.1)
        frames = sum(1 for _ in container.decode(video=0))
    assert frames == pytest.approx((end - begin) * 20, abs=1)


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
    assert second.run_window(clip, 0.5)[1] == first.run_window(clip, 0.5)[1]

    state = first.model.state_dict()
    state.pop('cls_head.classify.bias')
    torch.save(dict(state_dict=state), tmp_path / 'other.pth')
    with pytest.raises(CheckpointError, match=r'other\.pth: .*cls_head\.classify\.bias'):
        AudioVisualInferencer(config(), tmp_path / 'other.pth')
    with pytest.raises(CheckpointError, match=r'gone\.pth: there is no such checkpoint'):
        AudioVisualInferencer(config(), tmp_path / 'gone.pth')


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
