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


#: Each option of the neck, and all at once.
OPTIONS = dict(
    sharp=dict(temperature=0.5),
    temperature=dict(learn_temperature=True),
    sigmoid=dict(activation='sigmoid'),
    table=dict(time_bias='table', self_attention_bias='table'),
    channel=dict(channel_attention=True),
    group=dict(norm='group'),
)
OPTIONS['all'] = {name: value for option in OPTIONS.values() for name, value in option.items()}


@pytest.mark.parametrize('scope', ['frame', 'clip'])
@pytest.mark.parametrize('option', OPTIONS)
def test_options_keep_sounds_apart_and_use_every_weight(option, scope):
    torch.manual_seed(0)
    neck = CoAttentionNeck((5, 7), 8, num_heads=2, depth=2, scope=scope, **OPTIONS[option])
    out = neck(*features(), **TIMES)
    (out.audio.square().sum() + out.visual.square().sum()).backward()
    assert [name for name, p in neck.named_parameters() if p.grad is None] == []
    if option != 'group':  # whose statistics are those of one item in training as well
        neck.eval()
    visual, audio = features()
    together = neck(visual, audio, **TIMES, return_attention=True)
    alone = neck(visual[1:], audio[1:, 2:], **TIMES, return_attention=True)
    for ours, reference in zip(together[:3], alone[:3], strict=True):
        torch.testing.assert_close(ours[1, 2], reference[0, 0])
    sums = together.attention.sum(dim=(-2, -1))
    if OPTIONS[option].get('activation') == 'sigmoid':
        assert (together.attention > 0).all()
    else:
        torch.testing.assert_close(sums, torch.ones(2, 3, 6))


def test_without_options_no_name_of_a_checkpoint_is_new():
    names = {name.split('.', 1)[0] for name in CoAttentionNeck((5, 7), 8).state_dict()}
    assert names == {
        *('visual_proj', 'visual_norm', 'audio_proj', 'audio_norm'),
        *('visual_start', 'audio_start', 'blocks'),
    }
    in_block = {
        name.removeprefix('blocks.0.').rsplit('.', 1)[0]
        for name in CoAttentionNeck((5, 7), 8).state_dict()
        if name.startswith('blocks')
    }
    guided = ['query_norm', *(f'attention.{part}' for part in ('query', 'key', 'value', 'out'))]
    own = ['norm', *guided[1:], 'ffn.0', 'ffn.1', 'ffn.3']
    assert in_block == {f'{side}.{part}' for side in ('aga', 'vga') for part in guided} | {
        f'{side}_sa.{part}' for side in ('visual', 'audio') for part in own
    }


def test_several_stages_side_by_side():
    torch.manual_seed(0)
    neck = CoAttentionNeck(((5, 9), 7), 8, num_heads=2, activation='softmax').eval()
    visual, audio = features()
    deep = torch.randn(2, 9, 6, 2, 2)
    for norm in neck.visual_norm:
        norm.norm.running_mean.normal_()
    out = neck((visual, deep), audio, **TIMES, return_attention=True)
    assert out.visual_tokens.shape == (2, 6, 12 + 4, 8)
    for index, (stage, part) in enumerate(
        [(visual, out.visual_tokens[:, :, :12]), (deep, out.visual_tokens[:, :, 12:])]
    ):
        single = CoAttentionNeck((stage.shape[1], 7), 8, num_heads=2).eval()
        single.visual_proj.load_state_dict(neck.visual_proj[index].state_dict())
        single.visual_norm.load_state_dict(neck.visual_norm[index].state_dict())
        tokens = single(stage, audio, **TIMES).visual_tokens
        torch.testing.assert_close(part, tokens)
    assert out.attention.shape == (2, 3, 6, 3, 4)
    torch.testing.assert_close(out.attention.sum(dim=(-2, -1)), torch.ones(2, 3, 6))
    weights = neck.blocks[0].aga(
        neck.start_stream(out.audio_tokens, neck.audio_start), out.visual_tokens, None, True
    )[1]
    # The upper left place of the coarse stage covers 1.5 x 2 places of the fine one.
    mean = weights.mean(dim=1)
    upper_left = mean[..., 0] + mean[..., 12] / 3
    torch.testing.assert_close(out.attention[..., 0, 0], upper_left)


def test_stages_that_do_not_fit():
    visual, audio = features()
    neck = CoAttentionNeck(((5, 5), 7), 8, num_heads=2)
    with pytest.raises(ConfigError, match='2 visual stages, and the visual tower hands on 1'):
        neck(visual, audio, **TIMES)
    with pytest.raises(ConfigError, match='no list of visual stages'):
        CoAttentionNeck((5, 7), 8, num_heads=2)((visual, visual), audio, **TIMES)
    with pytest.raises(ConfigError, match=r'have \[3, 6\] time steps'):
        neck((visual, visual[:, :, ::2]), audio, **TIMES)


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
        (dict(activation='relu'), "activation='relu'"),
        (dict(scope='clip', time_bias='alibi'), "'alibi'"),
        (dict(self_attention_bias='alibi'), "'alibi'"),
        (dict(self_attention=False, self_attention_bias='table'), 'needs self_attention=True'),
        (dict(module='VGA', channel_attention=True), "module='VGA' has not"),
        (dict(norm='layer'), "norm='layer'"),
    ],
)
def test_bad_settings(settings, named):
    with pytest.raises(ConfigError, match=named):
        CoAttentionNeck((5, 7), **settings)
