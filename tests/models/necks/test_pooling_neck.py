import pytest
import torch

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.necks.pooling_neck import PoolingNeck


def run(neck, visual, audio):
    times = torch.arange(visual.shape[2]) * 0.1
    return neck(visual, audio, times, times)


@pytest.mark.parametrize('pool', ['max', 'avg'])
def test_places_may_change_seats_and_sounds_do_not_matter(pool):
    torch.manual_seed(0)
    neck = PoolingNeck((6, 5), embed_dims=8, pool=pool, num_heads=2).eval()
    visual, audio = torch.randn(2, 6, 7, 2, 3), torch.randn(2, 3, 5, 2, 7)
    features = run(neck, visual, audio)
    assert features.audio.shape == features.visual.shape == (2, 3, 7, 8)
    assert features.attention is None
    torch.testing.assert_close(run(neck, visual.flip(-1, -2), audio).visual, features.visual)
    torch.testing.assert_close(run(neck, visual, torch.randn_like(audio)).visual, features.visual)


def test_pool_by_hand():
    neck = PoolingNeck(
        (4, 4), embed_dims=4, self_attention=False, query_kernel=1, centre_time=False
    ).eval()
    visual, audio = torch.randn(1, 4, 3, 2, 2), torch.randn(1, 1, 4, 1, 3)
    tokens = neck.visual_norm(neck.visual_proj(visual.permute(0, 2, 3, 4, 1).flatten(2, 3)))
    expected = tokens.amax(dim=2) @ neck.visual_start.weight[..., 0].T + neck.visual_start.bias
    torch.testing.assert_close(run(neck, visual, audio).visual[:, 0], expected)


def test_several_stages_and_group_norm():
    torch.manual_seed(0)
    neck = PoolingNeck(((6, 3), 5), embed_dims=8, num_heads=2, norm='group')
    fine, deep, audio = (
        torch.randn(2, 6, 7, 4, 4),
        torch.randn(2, 3, 7, 2, 2),
        torch.randn(2, 1, 5, 2, 7),
    )
    times = torch.arange(7) * 0.1
    together = neck((fine, deep), audio, times, times)
    assert together.visual_tokens.shape == (2, 7, 20, 8)
    alone = neck((fine[1:], deep[1:]), audio[1:], times, times)
    torch.testing.assert_close(together.visual[1], alone.visual[0])


def test_unknown_pool():
    with pytest.raises(ConfigError, match="pool='sum'"):
        PoolingNeck((4, 4), embed_dims=4, pool='sum')
