import pytest
import torch

from mmav_coattn.errors import ConfigError
from tests.models.tiny import AUDIO, VISUAL, build

INPUTS = dict(imgs=torch.randn(2, 3, 8, 32, 32), log_mels=torch.randn(2, 3, 64, 81))


def test_shapes_and_one_visual_pass():
    backbone = build(dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO)).eval()
    passes = []
    backbone.visual.register_forward_hook(lambda module, args, out: passes.append(args[0].shape))
    visual, audio = backbone(**INPUTS)
    assert visual.shape == (2, 16, 8, 4, 4)
    assert audio.shape == (2, 3, 16, 8, 21)
    assert passes == [(2, 3, 8, 32, 32)]  # once per clip, not once per sound


def test_several_stages():
    visual = dict(VISUAL, out_indices=(0, 1))
    backbone = build(
        dict(type='AudioVisualBackbone', visual=visual, audio=AUDIO, multi_scale=True)
    ).eval()
    (fine, deep), _ = backbone(**INPUTS)
    assert fine.shape == (2, 8, 8, 8, 8) and deep.shape == (2, 16, 8, 4, 4)
    last = build(dict(type='AudioVisualBackbone', visual=visual, audio=AUDIO)).eval()
    last.load_state_dict(backbone.state_dict())
    torch.testing.assert_close(last(**INPUTS)[0], deep)
    single = build(dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO, multi_scale=True))
    with pytest.raises(ConfigError, match='several out_indices'):
        single(**INPUTS)


def test_each_sound_is_its_own():
    backbone = build(dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO)).eval()
    _, together = backbone(**INPUTS)
    alone = backbone.forward_audio(INPUTS['log_mels'][1, 2][None, None])
    torch.testing.assert_close(together[1, 2], alone[0], rtol=1e-4, atol=1e-5)


def test_memory_format_changes_no_number():
    plain = build(
        dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO, channels_last=False)
    ).eval()
    last = build(dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO)).eval()
    last.load_state_dict(plain.state_dict())
    for ours, reference in zip(last(**INPUTS), plain(**INPUTS), strict=True):
        torch.testing.assert_close(ours, reference, rtol=1e-4, atol=1e-5)


def test_mc3_18_counts_as_known():
    from mmengine.config import Config

    from tests.paths import CONFIGS

    cfg = Config.fromfile(CONFIGS / 'coattn_pretrain.py')
    tower = build(cfg.model.backbone.visual)
    assert round(sum(p.numel() for p in tower.parameters()) / 1e6, 2) == 11.49
