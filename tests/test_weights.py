import numpy as np
import pytest
import torch

from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.errors import ConfigError
from mmav_coattn.media.remux import shift_audio
from mmav_coattn.sounding_shapes import make_split
from mmav_coattn.weights import NAMES, shipped_network


@pytest.mark.parametrize('name', NAMES)
def test_plain_and_small_and_of_its_config(name):
    config, checkpoint = shipped_network(name)
    assert config.is_file() and checkpoint.stat().st_size <= 3e6
    state = torch.load(checkpoint, weights_only=True)['state_dict']
    floating = {value.dtype for value in state.values() if value.is_floating_point()}
    assert floating == {torch.float16}
    assert all(torch.isfinite(value).all() for value in state.values())
    inferencer = AudioVisualInferencer(name)
    assert not inferencer.model.training
    assert (inferencer.settings.face is not None) == (name == 'faces')


def test_default_network_finds_a_known_shift(tmp_path):
    make_split(tmp_path, 'medium', 'test', 4)
    inferencer = AudioVisualInferencer()
    errors = []
    for index, shift in enumerate((0.3, -0.2, 0.15, -0.4)):
        video = shift_audio(tmp_path / f'medium/test/{index:06d}.mp4', tmp_path / 'a.mp4', shift)
        errors.append(inferencer.sync(video, max_offset=0.6).best - shift)
    assert np.abs(errors).max() < 0.05
    with pytest.raises(ConfigError, match=r'mine\.pth: name the config of this checkpoint'):
        AudioVisualInferencer(checkpoint='mine.pth')
