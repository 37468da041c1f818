import sys

import numpy as np
import pytest
import torch
from mmengine.config import Config
from models.tiny import MODEL
from pipelines import sync_pipeline

from mmav_coattn.apis import AudioVisualInferencer
from mmav_coattn.apis.faces import FaceCrop
from mmav_coattn.deployment import SyncGraph, check_onnx, export_onnx
from mmav_coattn.deployment.onnx_export import describe_inputs, example_batch
from mmav_coattn.errors import ConfigError, MissingDependencyError
from mmav_coattn.models.data_preprocessors import LogMelSpectrogram

pytest.importorskip('onnxscript')
onnxruntime = pytest.importorskip('onnxruntime')
RESIZE = [
    dict(type='FixedCrop', box=(0.25, 0.0, 0.75, 1.0)),
    dict(type='Resize', scale=(32, 24), keep_ratio=False),
]


def build(module='AGA', **model):
    """A network of the smallest parts, as after training."""
    preprocessor = dict(type='AudioVisualDataPreprocessor', log_mel=dict(mean=-5.0, std=4.0))
    preprocessor['subtract_mean_frame'] = True
    neck = dict(MODEL['neck'], module=module)
    model = dict(MODEL, neck=neck, data_preprocessor=preprocessor) | model
    pipeline = sync_pipeline(8, between=RESIZE, clip_seconds=0.8, test_mode=True)
    cfg = Config(dict(model=model, test_pipeline=pipeline))
    torch.manual_seed(0)
    inferencer = AudioVisualInferencer(cfg)
    # Statistics that are not 0 and 1.
    for layer in inferencer.model.modules():
        if isinstance(layer, torch.nn.modules.batchnorm._BatchNorm):
            layer.running_mean.normal_(std=0.1)
            layer.running_var.uniform_(0.5, 2.0)
    return inferencer


@pytest.fixture(scope='module')
def exported(tmp_path_factory):
    inferencer = build()
    return inferencer, export_onnx(inferencer, tmp_path_factory.mktemp('onnx') / 'new' / 'a.onnx')


def test_agrees_with_pytorch_at_any_batch_size(exported):
    inferencer, path = exported
    assert [file.name for file in path.parent.iterdir()] == ['a.onnx']
    check = check_onnx(inferencer, path)
    assert 'agrees with PyTorch over 4 clips' in check.sentence()
    # The network is left as it was.
    assert isinstance(inferencer.model.data_preprocessor.log_mel, LogMelSpectrogram)
    assert check.passed and set(check.differences) == {'sync_logits', 'attention'}
    # Another network is told apart.
    other = build()
    with torch.no_grad():
        other.model.cls_head.bias += 2e-4
    check = check_onnx(other, path)
    assert not check.passed and check.differences['sync_logits'] == pytest.approx(2e-4, rel=0.3)
    assert check.differences['attention'] <= 1e-4
    assert 'differs from PyTorch' in check.sentence()


def test_what_the_file_says_of_itself(exported):
    session = onnxruntime.InferenceSession(str(exported[1]), providers=['CPUExecutionProvider'])
    shapes = {each.name: each.shape for each in session.get_inputs()}
    assert shapes['frames'][1:] == [3, 8, 24, 32] and isinstance(shapes['frames'][0], str)
    assert shapes['waveforms'] == [shapes['frames'][0], 12800]
    facts = session.get_modelmeta().custom_metadata_map
    numbers = dict(clip_seconds='0.8', num_frames='8', sample_rate='16000')
    assert facts == dict(numbers, box='0.25 0.0 0.75 1.0') | describe_inputs(exported[0].settings)
    assert 'cropped to box' in facts['frames'] and facts['waveforms'].startswith('mono')
    # A network that follows a face sees no fixed part of the frame.
    facts = describe_inputs(exported[0].settings._replace(face=FaceCrop(1.04, 0.78)))
    assert facts.items() >= numbers.items() and facts['face_crop'] == '1.04 0.78'
    assert 'box' not in facts and 'a square around the mouth' in facts['frames']
    frames, waveforms = example_batch(exported[0], 2)
    logits, attention = session.run(None, dict(frames=frames.numpy(), waveforms=waveforms.numpy()))
    assert logits.shape == (2,) and attention.shape == (2, 3, 4)
    np.testing.assert_allclose(attention.sum(axis=(-2, -1)), 1, rtol=1e-5)


POOLING = dict(type='PoolingNeck', in_channels=(16, 16), embed_dims=16)


@pytest.mark.slow
@pytest.mark.parametrize(
    ('changes', 'grid'),
    [
        (dict(module='VGA'), (1, 1)),
        (dict(module='CMA'), (3, 4)),
        # A baseline has no map.
        (dict(neck=POOLING, cls_head=dict(type='StreamHead', in_channels=16)), None),
    ],
)
def test_other_networks(tmp_path, changes, grid):
    inferencer = build(**changes)
    frames, waveforms = example_batch(inferencer, 1)
    _, *maps = SyncGraph(inferencer.model)(frames, waveforms)
    assert [weights.shape for weights in maps] == ([(1, *grid)] if grid else [])
    check = check_onnx(inferencer, export_onnx(inferencer, tmp_path / 'other.onnx'))
    assert check.passed and len(check.differences) == 1 + len(maps), check.sentence()


def test_sentences(tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match='must end with .onnx'):
        export_onnx(None, tmp_path / 'a.pt')
    monkeypatch.setitem(sys.modules, 'onnx', None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'mmav_coattn\[export\]'"):
        export_onnx(None, tmp_path / 'a.onnx')
