import torch

from tests.models.tiny import AUDIO, VISUAL, build

INPUTS = dict(imgs=torch.randn(2, 3, 8, 32, 32), log_mels=torch.randn(2, 64, 81))


def test_shapes_and_one_pass_a_clip():
    backbone = build(dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO)).eval()
    passes = []
    for tower in (backbone.visual, backbone.audio):
        tower.register_forward_hook(lambda tower, args, out: passes.append(args[0].shape))
    visual, audio = backbone(**INPUTS)
    assert visual.shape == (2, 16, 8, 4, 4)
    assert audio.shape == (2, 16, 8, 21)
    assert passes == [(2, 3, 8, 32, 32), (2, 1, 64, 81)]


def test_of_several_stages_the_last_counts():
    visual = dict(VISUAL, out_indices=(0, 1))
    several = build(dict(type='AudioVisualBackbone', visual=visual, audio=AUDIO)).eval()
    one = build(dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO)).eval()
    one.load_state_dict(several.state_dict())
    torch.testing.assert_close(several(**INPUTS)[0], one(**INPUTS)[0])


def test_bfloat16_is_for_training_alone():
    torch.manual_seed(0)
    backbone = build(dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO))
    plain = backbone(**INPUTS)
    backbone.bf16 = True  # as on a CPU that has the instructions
    rounded = backbone(**INPUTS)
    for found, expected in zip(rounded, plain, strict=True):
        assert found.dtype == torch.float32
        error = (found - expected).norm() / expected.norm()
        assert 0 < error < 0.05
    backbone.eval()
    evaluated = backbone(**INPUTS)
    backbone.bf16 = False
    for found, expected in zip(evaluated, backbone(**INPUTS), strict=True):
        assert torch.equal(found, expected)


def test_memory_format_changes_no_number():
    plain = build(
        dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO, channels_last=False)
    ).eval()
    last = build(dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO)).eval()
    last.load_state_dict(plain.state_dict())
    for found, reference in zip(last(**INPUTS), plain(**INPUTS), strict=True):
        torch.testing.assert_close(found, reference, rtol=1e-4, atol=1e-5)


def test_mc3_18_counts_as_known():
    from mmengine.config import Config

    from tests.paths import CONFIGS

    cfg = Config.fromfile(CONFIGS / 'coattn_pretrain.py')
    tower = build(cfg.model.backbone.visual)
    assert round(sum(p.numel() for p in tower.parameters()) / 1e6, 2) == 11.49
