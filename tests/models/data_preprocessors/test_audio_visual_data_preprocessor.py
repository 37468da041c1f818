import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.errors import ConfigError
from mmav_coattn.models import AudioVisualDataPreprocessor


def packed(num_samples, unusable=()):
    generator = torch.Generator().manual_seed(0)
    imgs, audios, samples = [], [], []
    for index in range(num_samples):
        sample = ActionDataSample()
        if index in unusable:
            sample.set_metainfo(dict(unusable=('silent', 'no sound')))
            imgs.append(None)
            audios.append(None)
        else:
            imgs.append(torch.randint(0, 256, (1, 3, 4, 8, 8), generator=generator).byte())
            audios.append(torch.randn(2, 3200, generator=generator))
        samples.append(sample)
    return dict(inputs=dict(imgs=imgs, audios=audios), data_samples=samples)


def test_normalises_frames_and_makes_log_mels():
    preprocessor = AudioVisualDataPreprocessor(mean=[1, 2, 3], std=[2, 4, 8])
    data = packed(2)
    out = preprocessor(data)
    raw = torch.stack([img[0] for img in data['inputs']['imgs']]).float()
    expected = (raw - torch.tensor([1.0, 2, 3]).view(3, 1, 1, 1)) / torch.tensor([2.0, 4, 8]).view(
        3, 1, 1, 1
    )
    torch.testing.assert_close(out['inputs']['imgs'], expected)
    torch.testing.assert_close(
        out['inputs']['log_mels'], preprocessor.log_mel(torch.stack(data['inputs']['audios']))
    )
    assert out['inputs']['clip_seconds'] == 0.2


def test_unusable_samples_leave_the_batch_but_not_the_list():
    data = packed(3, unusable=(0, 2))
    out = AudioVisualDataPreprocessor()(data)
    assert out['inputs']['imgs'].shape == (1, 3, 4, 8, 8)
    assert ['unusable' in sample for sample in out['data_samples']] == [True, False, True]
    assert AudioVisualDataPreprocessor()(packed(2, unusable=(0, 1)))['inputs'] is None


def test_blank_picture_is_the_mean_colour():
    out = AudioVisualDataPreprocessor(blank='picture')(packed(2))['inputs']
    assert out['imgs'].abs().max() == 0
    assert out['log_mels'].std() > 0


def test_blank_sound_is_silence():
    preprocessor = AudioVisualDataPreprocessor(blank='sound')
    out = preprocessor(packed(2))['inputs']
    torch.testing.assert_close(out['log_mels'], preprocessor.log_mel(torch.zeros(2, 2, 3200)))
    torch.testing.assert_close(preprocessor.blank_sound(torch.randn(2, 2, 64, 21)), out['log_mels'])


def test_bad_blank():
    with pytest.raises(ConfigError, match="blank='smell'"):
        AudioVisualDataPreprocessor(blank='smell')


def test_mean_frame_is_subtracted_on_request():
    data = packed(2)
    plain = AudioVisualDataPreprocessor()(data)['inputs']['imgs']
    moving = AudioVisualDataPreprocessor(subtract_mean_frame=True)(data)['inputs']['imgs']
    torch.testing.assert_close(moving, plain - plain.mean(dim=2, keepdim=True))
