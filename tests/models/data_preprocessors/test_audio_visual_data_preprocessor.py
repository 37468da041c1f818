import pytest
import torch
from mmaction.structures import ActionDataSample

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.data_preprocessors import AudioVisualDataPreprocessor


def packed(num_samples, unusable=()):
    """Clips of 0.2 s in audio segments of 0.5 s, two windows each."""
    inputs = dict(imgs=[], audio=[], audio_starts=[])
    samples = []
    for index in range(num_samples):
        values = (
            torch.randint(0, 256, (1, 3, 4, 8, 8)).byte(),
            torch.randn(8000),
            torch.tensor([0.1 * index, 0.3]),
        )
        metainfo = dict(clip_seconds=0.2)
        if index in unusable:
            values, metainfo = (None,) * 3, dict(unusable=('silent', 'is silent'))
        for name, value in zip(inputs, values, strict=True):
            inputs[name].append(value)
        samples.append(ActionDataSample(metainfo=metainfo))
    return dict(inputs=inputs, data_samples=samples)


def test_normalises_frames_and_makes_log_mels():
    preprocessor = AudioVisualDataPreprocessor(mean=[1, 2, 3], std=[2, 4, 8])
    data = packed(2)
    inputs = preprocessor(data)['inputs']
    frames = torch.stack([img[0] for img in data['inputs']['imgs']])
    assert torch.equal(inputs['frames'], frames) and inputs['frames'].dtype == torch.uint8
    for channel, (mean, std) in enumerate(((1, 2), (2, 4), (3, 8))):
        expected = (frames[:, channel].float() - mean) / std
        torch.testing.assert_close(inputs['imgs'][:, channel], expected)
    for index, wave in enumerate(data['inputs']['audio']):
        assert torch.equal(inputs['audio'][index], wave)
        torch.testing.assert_close(inputs['log_mels'][index], preprocessor.log_mel(wave))
    assert inputs['log_mels'].shape == (2, 64, 51)
    torch.testing.assert_close(inputs['audio_starts'], torch.tensor([[0.0, 0.3], [0.1, 0.3]]))
    assert inputs['clip_seconds'] == 0.2
    # Stacked inputs are the same.
    stacked = {name: torch.stack(values) for name, values in data['inputs'].items()}
    found = preprocessor(dict(data, inputs=stacked))['inputs']
    assert all(torch.equal(found[name], inputs[name]) for name in ('imgs', 'audio', 'log_mels'))


def test_unusable_samples_leave_the_batch_but_not_the_list():
    data = packed(3, unusable=(0, 2))
    out = AudioVisualDataPreprocessor()(data)
    assert torch.equal(out['inputs']['frames'], data['inputs']['imgs'][1])
    assert torch.equal(out['inputs']['audio'][0], data['inputs']['audio'][1])
    assert out['inputs']['clip_seconds'] == 0.2
    assert ['unusable' in sample for sample in out['data_samples']] == [True, False, True]
    assert AudioVisualDataPreprocessor()(packed(2, unusable=(0, 1)))['inputs'] is None


def test_one_modality_and_bare_waveforms():
    data = packed(2)
    audio = dict(data, inputs=dict(data['inputs'], imgs=[]))
    del audio['inputs']['imgs']
    names = ['audio', 'audio_starts', 'clip_seconds', 'log_mels']
    assert sorted(AudioVisualDataPreprocessor()(audio)['inputs']) == names
    video = dict(data, inputs=dict(imgs=data['inputs']['imgs']))
    assert sorted(AudioVisualDataPreprocessor()(video)['inputs']) == ['frames', 'imgs']
    inputs = AudioVisualDataPreprocessor().preprocess(audio=torch.randn(2, 8000))
    assert inputs['audio_starts'].tolist() == [[0.0], [0.0]] and inputs['clip_seconds'] == 0.5


def test_blank_video_is_the_mean_colour_and_blank_audio_silence():
    data = packed(2)
    plain = AudioVisualDataPreprocessor()(data)['inputs']
    silence = AudioVisualDataPreprocessor().log_mel(torch.zeros(2, 8000))
    video = AudioVisualDataPreprocessor(blank='video')(data)['inputs']
    assert not video['imgs'].any() and torch.equal(video['log_mels'], plain['log_mels'])
    audio = AudioVisualDataPreprocessor(blank='audio')(data)['inputs']
    assert not audio['audio'].any() and torch.equal(audio['imgs'], plain['imgs'])
    torch.testing.assert_close(audio['log_mels'], silence)
    # The controls of an evaluation blank the same.
    for name, trained in (('video', video), ('audio', audio)):
        control = AudioVisualDataPreprocessor().control_inputs(plain, f'{name}_blank')
        for key in ('imgs', 'audio', 'log_mels', 'audio_starts'):
            torch.testing.assert_close(control[key], trained[key])
    assert plain['imgs'].any() and plain['audio'].any()  # left as they were


def test_a_still_frame_repeats_the_first_frame():
    plain = AudioVisualDataPreprocessor()(packed(2))['inputs']
    still = AudioVisualDataPreprocessor().control_inputs(plain, 'video_still')
    assert (still['imgs'] == plain['imgs'][:, :, :1]).all() and still['imgs'].any()
    torch.testing.assert_close(still['log_mels'], plain['log_mels'])
    # Relative to its mean frame, a still frame is nothing.
    moving = AudioVisualDataPreprocessor(subtract_mean_frame=True)
    assert not moving.control_inputs(moving(packed(2))['inputs'], 'video_still')['imgs'].any()


def test_mean_frame_is_subtracted_on_request():
    data = packed(2)
    plain = AudioVisualDataPreprocessor()(data)['inputs']['imgs']
    preprocessor = AudioVisualDataPreprocessor(subtract_mean_frame=True)
    inputs = preprocessor(data)['inputs']
    torch.testing.assert_close(inputs['imgs'], plain - plain.mean(dim=2, keepdim=True))
    # The mean of other frames, as of a whole file.
    first = inputs['frames'][:, :, :1].float()
    found = preprocessor.normalize(inputs['frames'], first)
    torch.testing.assert_close(found, (inputs['frames'].float() - first) / preprocessor.std)


def test_mixes_audio_of_other_clips():
    data = packed(3)
    plain = AudioVisualDataPreprocessor()(data, training=True)['inputs']
    preprocessor = AudioVisualDataPreprocessor(mix_audio=1.0)
    assert 'source_mask' not in preprocessor(data)['inputs']  # in evaluation
    mixed = preprocessor(data, training=True)['inputs']
    added = mixed['audio'] - plain['audio']
    for index in range(3):
        own, other = plain['audio'][index], plain['audio'][index - 1]
        gain = (added[index] @ other) / (other @ other)
        torch.testing.assert_close(added[index], gain * other, rtol=1e-3, atol=1e-5)
        decibels = 10 * torch.log10(added[index].square().mean() / own.square().mean())
        assert -6 <= decibels <= 6
        power = preprocessor.log_mel.power(own)
        share = power / (power + preprocessor.log_mel.power(added[index]))
        torch.testing.assert_close(mixed['source_mask'][index], share.sqrt(), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(mixed['log_mels'], preprocessor.log_mel(mixed['audio']))
    few, chosen = AudioVisualDataPreprocessor(mix_audio=0.3), []
    for _ in range(100):
        mask = few(data, training=True)['inputs']['source_mask']
        chosen += (mask < 0.999).flatten(1).any(1).tolist()
    assert 0.2 < sum(chosen) / 300 < 0.4


@pytest.mark.parametrize(
    ('settings', 'sentence'),
    [
        (dict(mix_audio=2), 'mix_audio=2 must be within 0 and 1'),
        (dict(blank='picture'), "blank='picture' is not one of"),
    ],
)
def test_bad_settings(settings, sentence):
    with pytest.raises(ConfigError, match=sentence):
        AudioVisualDataPreprocessor(**settings)
