import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner.checkpoint import load_checkpoint, save_checkpoint
from models.tiny import AUDIO, VISUAL, build, recognizer

from mmav_coattn.errors import CheckpointError, CheckpointNotFoundError, ConfigError
from mmav_coattn.experiments.transfer import convert_tower, load_tower, read_tower


@pytest.fixture(scope='module')
def pretext():
    torch.manual_seed(0)
    model = recognizer()
    # Statistics other than those of a new network, so that losing them shows.
    for module in model.modules():
        if hasattr(module, 'running_mean'):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    return model.eval()


@pytest.fixture(scope='module')
def checkpoint(pretext, tmp_path_factory):
    path = tmp_path_factory.mktemp('towers') / 'pretext.pth'
    save_checkpoint(dict(state_dict=pretext.state_dict()), str(path))
    return path


@torch.no_grad()
@pytest.mark.parametrize(
    ('tower', 'kind', 'backbone', 'head', 'shape'),
    [
        ('visual', 'Recognizer3D', VISUAL, 'I3DHead', (2, 1, 3, 4, 24, 24)),
        ('audio', 'RecognizerAudio', AUDIO, 'TSNAudioHead', (2, 1, 1, 64, 30)),
    ],
)
def test_same_features_in_a_stock_recognizer(
    pretext, checkpoint, tmp_path, tower, kind, backbone, head, shape
):
    convert_tower(checkpoint, tmp_path / 'tower.pth', tower)
    head = dict(type=head, num_classes=3, in_channels=16)
    model = build(dict(type=kind, backbone=backbone, cls_head=head)).eval()
    assert type(model).__module__.startswith('mmaction.')
    load_checkpoint(model, str(tmp_path / 'tower.pth'), map_location='cpu')
    inputs = torch.randn(shape)
    own = inputs[:, 0] if tower == 'visual' else inputs[:, 0, 0]
    expected = getattr(pretext.backbone, f'forward_{tower}')(own)
    found, _ = model.extract_feat(inputs, **(dict(stage='backbone') if tower == 'visual' else {}))
    assert expected.abs().max() > 0.1
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_a_tower_is_tensors_and_text_alone(pretext, tmp_path):
    """So that torch loads it where this package is not installed."""
    state = {name: torch.nn.Parameter(v) if v.is_floating_point() else v
             for name, v in pretext.state_dict().items()}  # fmt: skip
    save_checkpoint(dict(state_dict=state), str(tmp_path / 'parameters.pth'))
    names = convert_tower(tmp_path / 'parameters.pth', tmp_path / 'tower.pth')
    content = torch.load(tmp_path / 'tower.pth', weights_only=True)
    assert content.keys() == {'meta', 'state_dict'} and list(content['state_dict']) == names
    assert {type(content), *map(type, content.values())} == {dict}
    assert {type(value) for value in content['meta'].values()} == {str}
    assert {type(value) for value in content['state_dict'].values()} == {torch.Tensor}
    assert not any(value.requires_grad for value in content['state_dict'].values())


def test_what_is_no_tensor_is_not_written(pretext, tmp_path):
    history = HistoryBuffer([1.0], [1])
    state = {**pretext.state_dict(), 'backbone.visual.history': history}
    save_checkpoint(dict(state_dict=state), str(tmp_path / 'odd.pth'))
    with pytest.raises(CheckpointError, match=r'no plain tensors: history\.'):
        convert_tower(tmp_path / 'odd.pth', tmp_path / 'tower.pth')
    assert not (tmp_path / 'tower.pth').exists()
    for content in ([1], dict(state_dict=[1])):
        torch.save(content, tmp_path / 'list.pth')
        with pytest.raises(CheckpointError, match=r'list\.pth: holds no state_dict'):
            read_tower(tmp_path / 'list.pth')


def test_partial_match_is_listed(checkpoint):
    backbone = build(dict(VISUAL, conv1_kernel=(3, 5, 5), num_stages=1, out_indices=(0,),
                          spatial_strides=(2,), temporal_strides=(1,), dilations=(1,),
                          inflate=((1, 1),)))  # fmt: skip
    match = load_tower(backbone, checkpoint)
    assert match.shapes == ['conv1.conv.weight (8, 3, 3, 7, 7) for (8, 3, 3, 5, 5)']
    assert 'layer1.0.conv1.conv.weight' in match.loaded and not match.missing
    assert all(name.startswith('layer2.') for name in match.unknown)
    assert match.sentence().startswith(f'{len(match.loaded)} entries loaded; ')
    assert 'entries differ in shape (conv1.conv.weight (8, 3, 3, 7, 7)' in match.sentence()


def test_other_files_and_networks_are_refused(checkpoint, tmp_path):
    with pytest.raises(CheckpointError, match='nothing of its visual tower fits this Linear'):
        load_tower(torch.nn.Linear(2, 2), checkpoint)
    convert_tower(checkpoint, tmp_path / 'tower.pth')
    torch.testing.assert_close(read_tower(tmp_path / 'tower.pth'), read_tower(checkpoint))
    with pytest.raises(CheckpointError, match='holds no audio tower.*it holds the visual tower'):
        read_tower(tmp_path / 'tower.pth', 'audio')
    save_checkpoint(dict(state_dict=dict(fc=torch.ones(1))), str(tmp_path / 'other.pth'))
    with pytest.raises(CheckpointError, match='no entry backbone.visual.*such as fc'):
        read_tower(tmp_path / 'other.pth')
    with pytest.raises(CheckpointNotFoundError):
        read_tower(tmp_path / 'absent.pth')
    with pytest.raises(ConfigError, match='overwrite'):
        convert_tower(checkpoint, checkpoint)


def test_tool(checkpoint, tmp_path, here):
    out, config = tmp_path / 'tower.pth', tmp_path / 'config.py'
    preprocessor = dict(type='AudioVisualDataPreprocessor', subtract_mean_frame=True, mix_audio=0.5)
    model = dict(backbone=dict(visual=VISUAL), data_preprocessor=preprocessor)
    config.write_text(f'model = {model!r}')
    done = here('model_converters/extract_tower.py', checkpoint, out, '--config', config)
    assert done.code == 0, done
    assert f'{len(read_tower(checkpoint))} entries of the visual tower' in done.out
    assert 'absent' not in done.out and "'type': 'MotionDataPreprocessor'" in done.out
    assert 'mix_audio' not in done.out  # which it does not take
