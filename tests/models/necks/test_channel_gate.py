import torch

from mmav_coattn.models import CoAttentionNeck
from mmav_coattn.models.necks.channel_gate import ChannelGate

TIMES = dict(visual_times=torch.arange(4) * 0.1, audio_times=torch.arange(4) * 0.1)


def test_equals_loop():
    torch.manual_seed(0)
    gate = ChannelGate(8, ratio=2).eval()
    torch.nn.init.normal_(gate.gate[-1].weight)
    audio, tokens = torch.randn(2, 3, 4, 8), torch.randn(2, 4, 5, 8)
    with torch.no_grad():
        found = gate(audio, tokens)
        assert found.shape == (2, 3, 4, 5, 8)
        for item in range(2):
            for j in range(3):
                for t in range(4):
                    hidden = gate.gate[0](gate.norm(audio[item, j, t][None]))[0].clamp(min=0)
                    scale = 2 / (1 + torch.exp(-gate.gate[2](hidden)))
                    expected = tokens[item, t] * scale
                    torch.testing.assert_close(found[item, j, t], expected)


def test_begins_as_the_network_without_it():
    torch.manual_seed(0)
    gated = CoAttentionNeck((5, 7), 8, num_heads=2, depth=2, channel_attention=True).eval()
    plain = CoAttentionNeck((5, 7), 8, num_heads=2, depth=2).eval()
    extra = plain.load_state_dict(gated.state_dict(), strict=False).unexpected_keys
    assert extra and all('.channel_gate.' in name for name in extra)
    inputs = torch.randn(2, 5, 4, 2, 3), torch.randn(2, 3, 7, 2, 4)
    ours = gated(*inputs, **TIMES, return_attention=True)
    reference = plain(*inputs, **TIMES, return_attention=True)
    for name in ('audio', 'visual', 'attention', 'head_weights', 'visual_tokens'):
        torch.testing.assert_close(getattr(ours, name), getattr(reference, name))


def test_each_sound_gates_for_itself():
    torch.manual_seed(0)
    neck = CoAttentionNeck((5, 7), 8, num_heads=2, channel_attention=True).eval()
    torch.nn.init.normal_(neck.blocks[0].channel_gate.gate[-1].weight)
    visual, audio = torch.randn(2, 5, 4, 2, 3), torch.randn(2, 3, 7, 2, 4)
    together = neck(visual, audio, **TIMES, return_attention=True)
    for item in range(2):
        for j in range(3):
            alone = neck(
                visual[item : item + 1], audio[item : item + 1, j : j + 1], **TIMES,
                return_attention=True,
            )  # fmt: skip
            torch.testing.assert_close(together.visual[item, j], alone.visual[0, 0])
            torch.testing.assert_close(together.attention[item, j], alone.attention[0, 0])
    assert (together.attention[0, 0] - together.attention[0, 1]).abs().max() > 1e-3
