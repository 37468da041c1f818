"""Settings of networks that cannot work are named."""

import pytest

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.backbones import AudioResNet
from mmav_coattn.models.backbones.early_fusion_net import EarlyFusionNet
from mmav_coattn.models.data_preprocessors import AudioVisualDataPreprocessor, LogMelSpectrogram
from mmav_coattn.models.maps import MovingSourceMap
from mmav_coattn.models.necks import CoAttentionNeck, DotProductNeck, PoolingNeck
from mmav_coattn.models.necks.match import Match

STRIDES = r'strides=.* must be pairs .* stage_blocks=\(2'


@pytest.mark.parametrize(
    ('kind', 'given', 'settings', 'sentence'),
    [
        (AudioResNet, (), dict(strides=((1, 1), (2, 2))), STRIDES),
        (AudioResNet, (), dict(strides=((1, 1, 1),), stage_blocks=(2,)), STRIDES),
        (AudioVisualDataPreprocessor, (), dict(mix_audio=2), 'mix_audio=2 must be within 0 and 1'),
        (CoAttentionNeck, ((5, 7), 8, 'CMA'), dict(travel=True), 'True needs module AGA, not CMA'),
        (DotProductNeck, ((5, 7),), dict(module='MCA'), "module='MCA' is not one of"),
        (DotProductNeck, ((5, 7),), dict(depth=0), 'depth=0 must be at least 1'),
        (DotProductNeck, ((5, 7), 9), dict(num_heads=3), 'embed_dims=9 even'),
        (DotProductNeck, ((5, 7), 8), dict(num_heads=3), 'num_heads=3 does not divide .*dims=8'),
        (EarlyFusionNet, (), dict(audio_strides=(4, 4)), 'must be two, stage_strides'),
        (LogMelSpectrogram, (), dict(n_fft=256, win_length=400), 'win_length=400'),
        (Match, (6,), dict(module='MCA'), "module='MCA' is not one of"),
        (Match, (6,), dict(temperature=0.02), 'temperature=0.02 must be at least 0.025'),
        (Match, (6,), dict(kernel_size=4), 'kernel_size=4 odd'),
        (MovingSourceMap, (), dict(sharpness=-1.0), 'must not be negative'),
        (MovingSourceMap, (), dict(still_parts=-1.0), 'must not be negative'),
        (PoolingNeck, ((5, 7),), dict(pool='sum'), "pool='sum'"),
        (PoolingNeck, ((5, 7), 6), {}, 'embed_dims=6 is no multiple of 4'),
    ],
)
def test_is_a_sentence(kind, given, settings, sentence):
    with pytest.raises(ConfigError, match=sentence):
        kind(*given, **settings)
