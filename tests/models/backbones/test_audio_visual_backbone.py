import torch

from tests.models.tiny import AUDIO, VISUAL, build

INPUTS = dict(imgs=torch.randn(2, 3, 8, 32, 32), log_mels=torch.randn(2, 64, 81))


def backbone(visual=VISUAL, **settings):
    return build(dict(type='AudioVisualBackbone', visual=visual, audio=AUDIO, **settings)).eval()


def test_of_several_stages_the_last_counts_and_memory_format_changes_no_number():
    one, last = backbone(), backbone(dict(VISUAL, out_indices=(0, 1)), channels_last=False)
    one.load_state_dict(last.state_dict())
    visual, audio = one(**INPUTS)
    assert visual.shape == (2, 16, 8, 4, 4) and audio.shape == (2, 16, 8, 21)
    for found, reference in zip((visual, audio), last(**INPUTS), strict=True):
        torch.testing.assert_close(found, reference, rtol=1e-4, atol=1e-5)


def test_bfloat16_is_for_training_alone():
    towers = backbone().train()
    plain = towers(**INPUTS)
    towers.bf16 = True  # as on a CPU that has the instructions
    for found, expected in zip(towers(**INPUTS), plain, strict=True):
        assert found.dtype == torch.float32
        assert 0 < (found - expected).norm() / expected.norm() < 0.05
    towers.eval()
    evaluated = towers(**INPUTS)
    towers.bf16 = False
    for found, expected in zip(evaluated, towers(**INPUTS), strict=True):
        assert torch.equal(found, expected)
