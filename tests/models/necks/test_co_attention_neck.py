import itertools

import pytest
import torch

from mmav_coattn.errors import ConfigError
from mmav_coattn.models import CoAttentionNeck

TIMES = dict(visual_times=0.05 + torch.arange(6) * 0.1, audio_times=torch.arange(13) * 0.05)


def features(num_audios=3):
    generator = torch.Generator().manual_seed(0)
    return (
        torch.randn(2, 5, 6, 3, 4, generator=generator),
        torch.randn(2, num_audios, 7, 2, 13, generator=generator),
    )


@pytest.mark.parametrize(
    'module, scope, depth, self_attention',
    list(itertools.product(('AGA', 'VGA', 'CMA'), ('frame', 'clip'), (1, 2), (True, False))),
)
def test_shapes_and_every_weight_is_used(module, scope, depth, self_attention):
    torch.manual_seed(0)
    neck = CoAttentionNeck((5, 7), 8, module, self_attention, depth, num_heads=2, scope=scope)
    out = neck(*features(), **TIMES, return_attention=True)
    assert out.audio.shape == out.visual.shape == (2, 3, 6, 8)
    if module == 'VGA':
        assert out.attention is None
    else:
        assert out.attention.shape == (2, 3, 6, 3, 4)
        torch.testing.assert_close(out.attention.sum(dim=(-2, -1)), torch.ones(2, 3, 6))
    (out.audio.square().sum() + out.visual.square().sum()).backward()
    unused = [name for name, p in neck.named_parameters() if p.grad is None]
    # With AGA alone nothing needs the pooled picture: the first block replaces it.
    assert [n for n in unused if not (module == 'AGA' and n.startswith('visual_start'))] == []


def test_each_sound_meets_the_picture_alone():
    torch.manual_seed(0)
    neck = CoAttentionNeck((5, 7), 8, num_heads=2).eval()
    visual, audio = features()
    together = neck(visual, audio, **TIMES, return_attention=True)
    alone = neck(visual[1:], audio[1:, 2:], **TIMES, return_attention=True)
    for ours, reference in zip(together[:3], alone[:3], strict=True):
        torch.testing.assert_close(ours[1, 2], reference[0, 0])
    torch.testing.assert_close(together.visual_tokens[1:], alone.visual_tokens)
    torch.testing.assert_close(together.audio_tokens[1:, 2:], alone.audio_tokens)


def test_attention_is_only_computed_on_request():
    neck = CoAttentionNeck((5, 7), 8, num_heads=2).eval()
    assert neck(*features(), **TIMES).attention is None


def test_sound_is_aligned_by_time_stamp():
    # The same sound at twice the rate of steps must give nearly the same streams.
    torch.manual_seed(0)
    neck = CoAttentionNeck((5, 7), 8, num_heads=2).eval()
    visual, _ = features()
    coarse_times = torch.arange(7) * 0.1
    fine_times = torch.arange(13) * 0.05
    slope = torch.randn(2, 1, 7, 2, 1)
    coarse = neck(visual, slope * coarse_times, TIMES['visual_times'], coarse_times)
    fine = neck(visual, slope * fine_times, TIMES['visual_times'], fine_times)
    torch.testing.assert_close(coarse.audio, fine.audio, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    'settings, named',
    [
        (dict(module='MCA'), "module='MCA'"),
        (dict(scope='file'), "scope='file'"),
        (dict(depth=0), 'depth=0'),
        (dict(query_kernel=4), 'query_kernel=4'),
        (dict(embed_dims=9, num_heads=3), 'embed_dims=9'),
        (dict(num_heads=3), 'num_heads=3'),
    ],
)
def test_bad_settings(settings, named):
    with pytest.raises(ConfigError, match=named):
        CoAttentionNeck((5, 7), **settings)
