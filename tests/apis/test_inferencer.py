import numpy as np
import pytest
import torch
from media_factory import write_clip
from mmengine.config import Config
from models.tiny import MODEL
from pipelines import sync_pipeline

from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.apis.localizer import find_sound
from mmav_coattn.apis.sync_estimator import measure_sync
from mmav_coattn.errors import CheckpointError, ConfigError, MissingFileError, UnwritableMediaError
from mmav_coattn.media import MediaFile

CLIP = 0.8
FRAMES = 8


def config(**model):
    crop = dict(type='CenterCrop', crop_size=16)
    pipeline = sync_pipeline(FRAMES, 32, [crop], clip_seconds=CLIP, test_mode=True)
    return Config(dict(model=MODEL | model, test_pipeline=pipeline))


@pytest.fixture(scope='module')
def inferencer():
    torch.manual_seed(0)
    return AudioVisualInferencer(config())


@pytest.fixture(scope='module')
def clip(media_folder):
    """2.1 s of video; the audio starts late."""
    path = media_folder / 'inferencer.mp4'
    write_clip(path, duration=2.1, fps=20, audio_start=0.1, audio_duration=2.0)
    return path


def test_localize(inferencer, clip, tmp_path):
    out, told = tmp_path / 'new' / 'overlay.mp4', []
    inferencer.listener = lambda *call: told.append(call)
    result = inferencer.localize(clip, out)
    inferencer.listener = None
    # Maps of the whole video, at every step of the network.
    np.testing.assert_allclose(result.times, (np.arange(21) + 0.5) * CLIP / FRAMES, atol=1e-6)
    assert result.scores.shape == (21,) and result.box == (0.0, 0.0, 1.0, 1.0)
    # The crop of the pipeline is left out: a map of all of the 32 px, one location for 8 of them.
    assert result.attention.shape == (21, 4, 4)
    np.testing.assert_allclose(result.attention.sum(axis=(1, 2)), 1, rtol=1e-5)
    # The audio begins at 0.1 s; AAC begins with 1024 samples (64 ms) of its own.
    with MediaFile(out) as media:
        begin, end = media.common_span
        assert end - begin == pytest.approx(2.0 + 0.064, abs=0.1)
        assert sum(1 for _ in media.iter_frames()) == pytest.approx((2.0 + 0.064) * 20, abs=1)
    assert told[0] == ('embedding', pytest.approx(2.1), pytest.approx(2.1))
    assert {doing for doing, *_ in told[1:]} == {'writing'}
    assert all(0 <= done <= total for _, done, total in told)


def test_without_a_visible_source_frames_are_left_as_they_are(clip, tmp_path):
    inferencer = AudioVisualInferencer(config())
    inferencer.model.cls_head.bias.data.fill_(-100.0)  # no logit reaches 0
    found = inferencer.localize(clip, tmp_path / 'overlay.mp4')
    assert not found.visible and (found.attention == 1 / 16).all()
    with MediaFile(clip) as before, MediaFile(tmp_path / 'overlay.mp4') as after:
        change = np.abs(before.read_frames([1.0])[0] - after.read_frames([1.0])[0].astype(float))
    # The caption at the top left, and what encoding changes.
    assert change[16:].mean() < 8


def test_all_results_are_read_off_one_embedding(inferencer, clip):
    embedding = inferencer.embed(clip)
    assert embedding.frames is None
    assert inferencer.embed(clip, keep_frames=True).frames.shape == (21, 3, 32, 32)
    found = inferencer.sync(clip, max_offset=0.3)
    expected = measure_sync(inferencer.model, embedding, 0.3)
    np.testing.assert_allclose(found.curve, expected.curve, atol=1e-5)
    assert found.shifts == pytest.approx([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3])
    seen = find_sound(inferencer.model, embedding)
    np.testing.assert_allclose(inferencer.localize(clip).scores, seen.scores, atol=1e-5)


def test_checkpoints(inferencer, clip, tmp_path):
    state = inferencer.model.state_dict()
    torch.save(dict(state_dict=state), tmp_path / 'first.pth')
    loaded = AudioVisualInferencer(config(), tmp_path / 'first.pth')
    np.testing.assert_array_equal(loaded.localize(clip).scores, inferencer.localize(clip).scores)
    state.pop('cls_head.bias')
    torch.save(dict(state_dict=state), tmp_path / 'other.pth')
    with pytest.raises(CheckpointError, match=r'other\.pth: .*cls_head\.bias'):
        AudioVisualInferencer(config(), tmp_path / 'other.pth')
    state['cls_head.time_contrast.log_scale'] = torch.zeros(())
    torch.save(dict(state_dict=state), tmp_path / 'old.pth')
    with pytest.raises(CheckpointError, match=r'old\.pth: is of the network of version 0\.1'):
        AudioVisualInferencer(config(), tmp_path / 'old.pth')


def test_maps_of_a_part_of_the_frame_are_refined_by_the_frames(inferencer, clip):
    cfg = config(test_cfg=dict(map_refiner=dict(type='MovingSourceMap')))
    cfg.test_pipeline.insert(3, dict(type='FixedCrop', box=(0.25, 0.5, 0.75, 1.0)))
    found = AudioVisualInferencer(cfg).localize(clip)
    assert found.box == (0.25, 0.5, 0.75, 1.0)
    assert len(found.attention) == 21 and found.attention.shape[1] > 4
    np.testing.assert_allclose(found.attention.sum(axis=(1, 2)), 1, rtol=1e-4)


def test_what_cannot_be_used(inferencer, clip):
    with pytest.raises(ConfigError, match='max_offset=0 must be more'):
        inferencer.sync(clip, max_offset=0)
    with pytest.raises(UnwritableMediaError, match='overwrite its original'):
        inferencer.localize(clip, clip)
    with pytest.raises(MissingFileError, match=r'gone\.mp4: there is no such file'):
        inferencer.sync(clip.with_name('gone.mp4'))
    with pytest.raises(ConfigError, match='has no model'):
        AudioVisualInferencer(Config(dict(test_pipeline=[])))
    with pytest.raises(ConfigError, match=r"device='gpu' cannot be used \(.+\); try cpu"):
        AudioVisualInferencer(device='gpu')
