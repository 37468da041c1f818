import pytest
import torch

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.necks import PoolingNeck
from mmav_coattn.models.necks.token_neck import over_time

AUDIO_TIMES = torch.arange(9) * 0.1
WINDOW_TIMES = torch.tensor([[0.05, 0.25], [0.15, 0.05]])[..., None] + torch.arange(6) * 0.1


def features():
    return torch.randn(2, 6, 6, 2, 3), torch.randn(2, 5, 2, 9)


@pytest.mark.parametrize('pool', ['max', 'avg'])
@torch.no_grad()
def test_pool_by_hand_and_windows_apart(pool):
    visual, audio = features()
    plain = PoolingNeck((6, 5), embed_dims=4, pool=pool, self_attention=False).eval()
    tokens = plain.visual_tokens(visual)
    pooled = tokens.amax(dim=2) if pool == 'max' else tokens.sum(dim=2) / 6
    out = plain(visual, audio, AUDIO_TIMES, WINDOW_TIMES)
    assert out.sound_map is None and out.similarity is None
    torch.testing.assert_close(out.visual[:, 1], over_time(pooled, plain.visual_start))
    neck = PoolingNeck((6, 5), embed_dims=8, pool=pool).eval()
    out = neck(visual, audio, AUDIO_TIMES, WINDOW_TIMES)
    assert out.audio.shape == out.visual.shape == (2, 2, 6, 8)
    swapped = neck(visual, audio, AUDIO_TIMES, WINDOW_TIMES.flip(1))
    torch.testing.assert_close(swapped.audio, out.audio.flip(1))


def test_training_gives_the_similarity_and_uses_every_weight():
    neck = PoolingNeck((6, 5), embed_dims=8)
    out = neck(*features(), AUDIO_TIMES, WINDOW_TIMES)
    assert out.similarity.shape == (2, 1, 6, 1, 6, 6)
    (out.visual.square().sum() + out.audio.square().sum() + out.similarity.sum()).backward()
    assert [name for name, p in neck.named_parameters() if p.grad is None] == []


def test_bad_settings():
    with pytest.raises(ConfigError, match="pool='sum'"):
        PoolingNeck((6, 5), pool='sum')
    with pytest.raises(ConfigError, match='embed_dims=6 is no multiple of 4'):
        PoolingNeck((6, 5), embed_dims=6)
