"""The sound stays a waveform."""

import torch
from test_audio_visual_data_preprocessor import packed

from mmav_coattn.models import AudioVisualDataPreprocessor
from mmav_coattn.models.data_preprocessors import WaveformDataPreprocessor


def test_waveforms_instead_of_log_mels():
    settings = dict(mean=[1, 2, 3], std=[2, 4, 8])
    data = packed(2)
    inputs = WaveformDataPreprocessor(**settings)(data)['inputs']
    assert sorted(inputs) == ['clip_seconds', 'imgs', 'waveforms']
    torch.testing.assert_close(inputs['waveforms'], torch.stack(data['inputs']['audios']))
    assert inputs['clip_seconds'] == 0.2
    expected = AudioVisualDataPreprocessor(**settings)(data)['inputs']
    torch.testing.assert_close(inputs['imgs'], expected['imgs'])


def test_blind_controls():
    blank = WaveformDataPreprocessor(blank='sound')
    assert not blank(packed(2))['inputs']['waveforms'].any()
    assert blank(packed(2))['inputs']['imgs'].any()
    assert not blank.blank_sound(torch.randn(2, 2, 40)).any()
    inputs = WaveformDataPreprocessor(blank='picture')(packed(2))['inputs']
    assert not inputs['imgs'].any() and inputs['waveforms'].any()
