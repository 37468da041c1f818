"""The exported file against PyTorch, at other batch sizes than it was exported with."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from models.tiny import MODEL

from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.deployment import SyncGraph, check_onnx, export_onnx
from mmav_coattn.deployment.matrix_log_mel import MatrixLogMel
from mmav_coattn.deployment.onnx_export import example_batch
from mmav_coattn.errors import ConfigError, MissingDependencyError
from mmav_coattn.models.data_preprocessors import LogMelSpectrogram


def build(module='AGA', **model):
    cfg = Config(
        dict(
            model=dict(
                MODEL,
                neck=dict(MODEL['neck'], module=module),
                data_preprocessor=dict(
                    type='AudioVisualDataPreprocessor',
                    subtract_mean_frame=True,
                    log_mel=dict(mean=-5.0, std=4.0),
                ),
            )
            | model,
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
    # As after training: statistics that are not 0 and 1.
    for layer in inferencer.model.modules():
        if isinstance(layer, torch.nn.modules.batchnorm._BatchNorm):
            layer.running_mean.normal_(std=0.1)
            layer.running_var.uniform_(0.5, 2.0)
    return inferencer


@pytest.mark.parametrize('settings', [{}, dict(n_fft=1024, win_length=401, hop_length=123)])
def test_log_mel_by_convolution(settings):
    log_mel = LogMelSpectrogram(mean=-5.0, std=4.0, **settings)
    waveforms = torch.randn(3, 4000, generator=torch.Generator().manual_seed(0))
    waveforms *= torch.tensor([1.0, 1e-3, 0.0])[:, None]
    wanted, found = log_mel(waveforms), MatrixLogMel(log_mel)(waveforms)
    assert found.shape == wanted.shape == (3, 64, 1 + 4000 // log_mel.hop_length)
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=0)


@torch.no_grad()
def test_the_graph_is_the_network_and_leaves_it_alone():
    inferencer = build()
    frames, waveforms = example_batch(inferencer, 3)
    assert frames.shape == (3, 3, 8, 24, 32) and waveforms.shape == (3, 12800)
    graph = SyncGraph(inferencer.model)
    assert isinstance(inferencer.model.data_preprocessor.log_mel, LogMelSpectrogram)
    logits, attention = graph(frames, waveforms)
    inputs = inferencer.model.data_preprocessor.preprocess(frames, waveforms)
    features, _ = inferencer.model.extract_feat(inputs)
    wanted = inferencer.model.cls_head.predict(features)
    assert logits.shape == (3,) and wanted.std() > 1e-3
    torch.testing.assert_close(logits, wanted[:, 0], atol=1e-4, rtol=0)
    assert attention.shape == (3, 3, 4)
    torch.testing.assert_close(attention, features.weights.sum(-1)[:, 0].view(3, 3, 4))


@pytest.fixture(scope='module')
def exported(tmp_path_factory):
    pytest.importorskip('onnxscript')
    pytest.importorskip('onnxruntime')
    inferencer = build()
    return inferencer, export_onnx(inferencer, tmp_path_factory.mktemp('onnx') / 'new' / 'a.onnx')


def test_agrees_with_pytorch_at_any_batch_size(exported):
    inferencer, path = exported
    assert [file.name for file in path.parent.iterdir()] == ['a.onnx']
    batches = [example_batch(inferencer, size, seed=9) for size in (1, 4, 2)]
    check = check_onnx(inferencer, path, batches)
    assert check.num_clips == 7
    assert check.passed and set(check.differences) == {'sync_logits', 'attention'}
    assert 'agrees with PyTorch over 7 clips' in check.sentence()


def test_another_network_is_told_apart(exported):
    inferencer, path = exported
    other = build()
    with torch.no_grad():
        other.model.cls_head.bias += 2e-4
    check = check_onnx(other, path)
    assert not check.passed and check.differences['sync_logits'] == pytest.approx(2e-4, rel=0.3)
    assert check.differences['attention'] <= 1e-4
    assert 'differs from PyTorch' in check.sentence()


def test_what_the_file_says_of_itself(exported):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(exported[1]), providers=['CPUExecutionProvider'])
    shapes = {each.name: each.shape for each in session.get_inputs()}
    assert shapes['frames'][1:] == [3, 8, 24, 32] and isinstance(shapes['frames'][0], str)
    assert shapes['waveforms'] == [shapes['frames'][0], 12800]
    assert session.get_modelmeta().custom_metadata_map == dict(
        clip_seconds='0.8', num_frames='8', sample_rate='16000', box='0.25 0.0 0.75 1.0'
    )
    frames, waveforms = example_batch(exported[0], 2)
    logits, attention = session.run(None, dict(frames=frames.numpy(), waveforms=waveforms.numpy()))
    assert logits.shape == (2,) and attention.shape == (2, 3, 4)
    np.testing.assert_allclose(attention.sum(axis=(-2, -1)), 1, rtol=1e-5)


@pytest.mark.parametrize(('module', 'grid'), [('VGA', (1, 1)), ('CMA', (3, 4))])
def test_the_other_modules(tmp_path, module, grid):
    pytest.importorskip('onnxscript')
    onnxruntime = pytest.importorskip('onnxruntime')
    inferencer = build(module)
    path = export_onnx(inferencer, tmp_path / 'other.onnx')
    check = check_onnx(inferencer, path)
    assert check.passed, check.sentence()
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    frames, waveforms = example_batch(inferencer, 1)
    _, weights = session.run(None, dict(frames=frames.numpy(), waveforms=waveforms.numpy()))
    assert weights.shape == (1, *grid)


def test_a_baseline_has_no_map(tmp_path):
    pytest.importorskip('onnxscript')
    pytest.importorskip('onnxruntime')
    neck = dict(type='PoolingNeck', in_channels=(16, 16), embed_dims=16)
    inferencer = build(neck=neck, cls_head=dict(type='StreamHead', in_channels=16))
    assert not SyncGraph(inferencer.model).has_map
    check = check_onnx(inferencer, export_onnx(inferencer, tmp_path / 'pool.onnx'))
    assert check.passed and set(check.differences) == {'sync_logits'}


def test_sentences(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__('sys').modules, 'onnx', None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'mmav_coattn\[export\]'"):
        export_onnx(build(), tmp_path / 'a.onnx')
    monkeypatch.undo()
    pytest.importorskip('onnxscript')
    with pytest.raises(ConfigError, match='must end with .onnx'):
        export_onnx(build(), tmp_path / 'a.pt')
