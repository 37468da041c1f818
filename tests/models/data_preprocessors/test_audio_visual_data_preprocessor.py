import torch
from mmaction.structures import ActionDataSample
from models.tiny import batch, build

from mmav_coattn.models.data_preprocessors import AudioVisualDataPreprocessor


def test_normalises_frames_and_makes_log_mels():
    preprocessor = AudioVisualDataPreprocessor(mean=[1, 2, 3], std=[2, 4, 8])
    data = batch()
    inputs = preprocessor(data)['inputs']
    frames = torch.stack([img[0] for img in data['inputs']['imgs']])
    assert torch.equal(inputs['frames'], frames) and inputs['frames'].dtype == torch.uint8
    for channel, (mean, std) in enumerate(((1, 2), (2, 4), (3, 8))):
        expected = (frames[:, channel].float() - mean) / std
        torch.testing.assert_close(inputs['imgs'][:, channel], expected)
    for index, wave in enumerate(data['inputs']['audio']):
        assert torch.equal(inputs['audio'][index], wave)
        torch.testing.assert_close(inputs['log_mels'][index], preprocessor.log_mel(wave))
    assert inputs['log_mels'].shape == (2, 64, 131)
    torch.testing.assert_close(inputs['audio_starts'], torch.tensor([[0.2, 0.3]] * 2))
    assert inputs['clip_seconds'] == 0.8
    # Stacked inputs are the same.
    stacked = {name: torch.stack(values) for name, values in data['inputs'].items()}
    found = preprocessor(dict(data, inputs=stacked))['inputs']
    assert all(torch.equal(found[name], inputs[name]) for name in ('imgs', 'audio', 'log_mels'))


def test_bare_waveforms():
    inputs = AudioVisualDataPreprocessor().preprocess(audio=torch.randn(2, 8000))
    assert inputs['audio_starts'].tolist() == [[0.0], [0.0]] and inputs['clip_seconds'] == 0.5


def test_controls_are_the_mean_colour_silence_or_the_first_frame():
    preprocessor = AudioVisualDataPreprocessor()
    plain = preprocessor(batch())['inputs']
    before = {name: value.clone() for name, value in plain.items() if name != 'clip_seconds'}
    silence = preprocessor.log_mel(torch.zeros(2, 20800))
    first = plain['imgs'][:, :, :1].expand_as(plain['imgs'])
    for control, changed in (
        ('video_blank', dict(imgs=0 * first)),
        ('video_still', dict(imgs=first)),
        ('audio_blank', dict(audio=torch.zeros(2, 20800), log_mels=silence)),
    ):
        found = preprocessor.control_inputs(plain, control)
        for name, expected in (before | changed).items():
            torch.testing.assert_close(found[name], expected)
    assert all(torch.equal(plain[name], value) for name, value in before.items())  # as it was
    # Relative to its mean frame, a still frame is nothing.
    moving = AudioVisualDataPreprocessor(subtract_mean_frame=True)
    assert not moving.control_inputs(moving(batch())['inputs'], 'video_still')['imgs'].any()


def test_mean_frame_is_subtracted_on_request():
    data = batch()
    plain = AudioVisualDataPreprocessor()(data)['inputs']['imgs']
    preprocessor = AudioVisualDataPreprocessor(subtract_mean_frame=True)
    inputs = preprocessor(data)['inputs']
    torch.testing.assert_close(inputs['imgs'], plain - plain.mean(dim=2, keepdim=True))
    # The mean of other frames, as of a whole file.
    first = inputs['frames'][:, :, :1].float()
    found = preprocessor.normalize(inputs['frames'], first)
    torch.testing.assert_close(found, (inputs['frames'].float() - first) / preprocessor.std)


def test_mixes_audio_of_other_clips():
    data = batch(3)
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
        audio = few(data, training=True)['inputs']['audio']
        chosen += (audio != plain['audio']).any(dim=1).tolist()
    assert 0.2 < sum(chosen) / 300 < 0.4


def test_motion_preprocessor_of_stock_recognizers_leaves_what_moves():
    settings = dict(mean=[10, 20, 30], std=[1, 2, 4], format_shape='NCTHW')
    clips = [torch.randint(0, 255, (2, 3, 4, 5, 5), dtype=torch.uint8)]
    data = dict(inputs=clips, data_samples=[ActionDataSample()])
    moving = build(dict(settings, type='MotionDataPreprocessor'))(data)['inputs']
    plain = build(dict(settings, type='ActionDataPreprocessor'))(data)['inputs']
    assert moving.shape == (1, 2, 3, 4, 5, 5)
    torch.testing.assert_close(moving, plain - plain.mean(dim=3, keepdim=True))
