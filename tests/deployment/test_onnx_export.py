"""The exported file against PyTorch, at other batch sizes than it was exported with."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from models.tiny import AUDIO, VISUAL

from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.deployment import SyncGraph, check_onnx, export_onnx
from mmav_coattn.deployment.matrix_log_mel import MatrixLogMel
from mmav_coattn.deployment.onnx_export import example_batch
from mmav_coattn.errors import ConfigError, MissingDependencyError
from mmav_coattn.models.data_preprocessors import LogMelSpectrogram


def build(module='CMA', stages=(1,), norm='batch', head=None, **neck):
    neck = dict(type='CoAttentionNeck', module=module, num_heads=2, **neck)
    return build_with(neck, stages, norm, head or {})


def build_with(neck, stages=(1,), norm='batch', head=None):
    channels = 16 if stages == (1,) else (8, 16)
    neck = dict(in_channels=(channels, 16), embed_dims=16, **neck)
    backbone = dict(
        type='AudioVisualBackbone',
        visual=dict(VISUAL, out_indices=stages),
        audio=AUDIO,
        multi_scale=len(stages) > 1,
    )
    cfg = Config(
        dict(
            model=dict(
                type='AudioVisualRecognizer',
                backbone=backbone,
                neck=dict(norm=norm, **neck),
                cls_head=dict(type='SyncHead', in_channels=16, norm=norm, **(head or {})),
                data_preprocessor=dict(
                    type='AudioVisualDataPreprocessor',
                    subtract_mean_frame=True,
                    log_mel=dict(mean=-5.0, std=4.0),
                ),
            ),
            test_pipeline=[
                dict(type='SampleSyncWindows', clip_seconds=0.8, test_mode=True),
                dict(type='LoadFrames', num_frames=8),
                dict(type='FixedCrop', box=(0.25, 0.0, 0.75, 1.0)),
                dict(type='Resize', scale=(32, 24), keep_ratio=False),
                dict(type='LoadAudio', sample_rate=16000),
            ],
        )
    )
    torch.manual_seed(0)
    inferencer = AudioVisualInferencer(cfg)
    # As after training: a last layer that tells clips apart, statistics that are not 0 and 1.
    torch.nn.init.normal_(inferencer.model.cls_head.classify.weight)
    for layer in inferencer.model.modules():
        if isinstance(layer, torch.nn.modules.batchnorm._BatchNorm):
            layer.running_mean.normal_(std=0.1)
            layer.running_var.uniform_(0.5, 2.0)
    return inferencer


@pytest.mark.parametrize('settings', [{}, dict(n_fft=1024, win_length=401, hop_length=123)])
def test_log_mel_by_convolution(settings):
    log_mel = LogMelSpectrogram(mean=-5.0, std=4.0, **settings)
    waveforms = torch.randn(2, 3, 4000, generator=torch.Generator().manual_seed(0))
    waveforms[0] *= torch.tensor([1.0, 1e-3, 0.0])[:, None]
    wanted, found = log_mel(waveforms), MatrixLogMel(log_mel)(waveforms)
    assert found.shape == wanted.shape == (2, 3, 64, 1 + 4000 // log_mel.hop_length)
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=0)


def test_the_graph_is_the_network_and_leaves_it_alone():
    inferencer = build()
    frames, waveforms = example_batch(inferencer, 2, 3)
    assert frames.shape == (2, 3, 8, 24, 32) and waveforms.shape == (2, 3, 12800)
    graph = SyncGraph(inferencer.model)
    assert isinstance(inferencer.model.data_preprocessor.log_mel, LogMelSpectrogram)
    logits, attention = graph(frames, waveforms)
    with torch.no_grad():
        inputs = inferencer.model.data_preprocessor.preprocess(frames, waveforms)
        features, _ = inferencer.model.extract_feat(inputs, return_attention=True)
        wanted = inferencer.model.cls_head.predict(features)
    assert wanted.std() > 1e-3
    torch.testing.assert_close(logits, wanted, atol=1e-4, rtol=0)
    torch.testing.assert_close(attention, features.attention, atol=1e-5, rtol=0)


@pytest.fixture(scope='module')
def exported(tmp_path_factory):
    pytest.importorskip('onnxscript')
    pytest.importorskip('onnxruntime')
    inferencer = build()
    return inferencer, export_onnx(inferencer, tmp_path_factory.mktemp('onnx') / 'new' / 'a.onnx')


def test_agrees_with_pytorch_at_any_batch_size(exported):
    inferencer, path = exported
    assert [file.name for file in path.parent.iterdir()] == ['a.onnx']
    batches = [example_batch(inferencer, *size, seed=9) for size in ((1, 1), (4, 2), (2, 7))]
    check = check_onnx(inferencer, path, batches)
    assert check.num_clips == 7
    assert check.passed and set(check.differences) == {'sync_logits', 'attention'}
    assert 'agrees with PyTorch over 7 clips' in check.sentence()


def test_another_network_is_told_apart(exported):
    inferencer, path = exported
    other = build()
    with torch.no_grad():
        other.model.cls_head.classify.bias += 2e-4
    check = check_onnx(other, path)
    assert not check.passed and check.differences['sync_logits'] == pytest.approx(2e-4, rel=0.3)
    assert check.differences['attention'] <= 1e-4
    assert 'differs from PyTorch' in check.sentence()


def test_what_the_file_says_of_itself(exported):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(exported[1]), providers=['CPUExecutionProvider'])
    shapes = {each.name: each.shape for each in session.get_inputs()}
    assert shapes['frames'][1:] == [3, 8, 24, 32] and isinstance(shapes['frames'][0], str)
    assert shapes['waveforms'][2] == 12800 and isinstance(shapes['waveforms'][1], str)
    assert session.get_modelmeta().custom_metadata_map == dict(
        clip_seconds='0.8', num_frames='8', sample_rate='16000', box='0.25 0.0 0.75 1.0'
    )
    frames, waveforms = example_batch(exported[0], 1, 2)
    _, attention = session.run(None, dict(frames=frames.numpy(), waveforms=waveforms.numpy()))
    np.testing.assert_allclose(attention.sum(axis=(-2, -1)), 1, rtol=1e-5)


def test_network_without_a_map(tmp_path):
    pytest.importorskip('onnxscript')
    pytest.importorskip('onnxruntime')
    inferencer = build('VGA', scope='clip', depth=2)
    check = check_onnx(inferencer, export_onnx(inferencer, tmp_path / 'vga.onnx'))
    assert check.passed and set(check.differences) == {'sync_logits'}


def test_a_baseline_has_no_map():
    inferencer = build_with(dict(type='PoolingNeck'))
    frames, waveforms = example_batch(inferencer, 2, 2)
    graph = SyncGraph(inferencer.model)
    (logits,) = graph(frames, waveforms)
    assert not graph.has_map and logits.shape == (2, 2)


OPTIONS = dict(
    stages=(0, 1),
    norm='group',
    depth=2,
    learn_temperature=True,
    temperature=0.5,
    time_bias='table',
    self_attention_bias='table',
    channel_attention=True,
)


@pytest.mark.parametrize(
    'settings',
    [
        dict(OPTIONS, activation='sigmoid'),
        dict(OPTIONS, scope='clip'),
        dict(scope='place', depth=2),
        dict(
            stages=(0, 1),
            head=dict(place_evidence=True, time_contrast=dict(type='TimeContrast', edge=1)),
        ),
    ],
)
def test_network_with_every_option(tmp_path, settings):
    pytest.importorskip('onnxscript')
    pytest.importorskip('onnxruntime')
    inferencer = build(**settings)
    for name, parameter in inferencer.model.neck.named_parameters():
        if any(part in name for part in ('table', 'channel_gate', 'log_temperature')):
            torch.nn.init.normal_(parameter, std=0.5)
    check = check_onnx(inferencer, export_onnx(inferencer, tmp_path / 'options.onnx'))
    assert check.passed, check.sentence()
    assert set(check.differences) == {'sync_logits', 'attention'}


def test_sentences(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__('sys').modules, 'onnx', None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'mmav_coattn\[export\]'"):
        export_onnx(build(), tmp_path / 'a.onnx')
    monkeypatch.undo()
    pytest.importorskip('onnxscript')
    with pytest.raises(ConfigError, match='must end with .onnx'):
        export_onnx(build(), tmp_path / 'a.pt')
