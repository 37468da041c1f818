import pytest
import yaml
from mmaction.registry import DATASETS, HOOKS, MODELS, TRANSFORMS
from mmengine.config import Config
from paths import CONFIGS, ROOT
from recipes import read

from mmav_coattn.config import DATALOADERS, iter_datasets, load_config

RECIPES = sorted(CONFIGS.glob('*.py'))

each_recipe = pytest.mark.parametrize('path', RECIPES, ids=lambda path: path.stem)


@each_recipe
def test_builds_and_clips_fit_the_network(path):
    cfg = read(path)
    network = cfg.model
    assert cfg.default_scope == 'mmaction' and cfg.custom_imports.imports == ['mmav_coattn']
    assert network.test_cfg.blind_controls is True
    for loader in DATALOADERS:
        whole = cfg[loader].dataset
        for dataset in whole.get('datasets', [whole]):
            assert DATASETS.get(dataset.type) is not None
            made = dataset.type == 'SoundingShapesDataset'
            assert made or 'folder' in dataset.hint  # or says how to get its data
            assert dataset.get('test_mode', False) == (loader != 'train_dataloader')
            transforms = [TRANSFORMS.build(transform) for transform in dataset.pipeline]
        pipeline = {type(transform).__name__: transform for transform in transforms}
        windows = pipeline['SampleSyncWindows']
        assert windows.clip_seconds == cfg.clip_seconds
        # What is played faster is shorter.
        assert cfg.audio_seconds / 1.35 <= windows.audio_seconds <= cfg.audio_seconds
        assert 'ChangeSpeed' in pipeline or windows.audio_seconds == cfg.audio_seconds
        assert windows.test_mode == (loader != 'train_dataloader')
        # One in-sync and one shifted window in evaluation, whatever training uses.
        if windows.test_mode:
            assert (windows.num_negatives, windows.min_shift) == (1, cfg.min_shift)
        else:
            assert windows.num_negatives == 3 and windows.min_shift <= cfg.min_shift
        assert pipeline['LoadFrames'].num_frames == cfg.num_frames
        rate = network.data_preprocessor.log_mel.sample_rate
        assert pipeline['LoadAudio'].sample_rate == rate
    for hook in [*cfg.custom_hooks, cfg.default_hooks.visualization]:
        HOOKS.build(hook)
    model = MODELS.build(network)
    parts = [type(each).__name__ for each in (model, model.neck, model.cls_head)]
    assert parts == ['AudioVisualRecognizer', 'CoAttentionNeck', 'MatchHead']
    assert type(model.cls_head.loss_contrast).__name__ == 'TimeContrastLoss'


def test_sizes_of_the_networks():
    small, full = (
        MODELS.build(read(CONFIGS / f'coattn_pretrain{kind}.py').model) for kind in ('_demo', '')
    )
    parts = (small, full, full.backbone.visual)
    small, full, visual = (sum(p.numel() for p in part.parameters()) for part in parts)
    assert small < 0.25e6
    # The paper has fewer than the 36.04e6 of Multisensory (Owens & Efros, ECCV 2018).
    assert 15e6 < full <= min(24e6, 0.7 * 36.04e6)
    # MC3-18 without its classifier: known from its paper's authors' model.
    assert visual == pytest.approx(11.49e6, rel=1e-3)


def roots(cfg):
    return {dataset.data_root for dataset in iter_datasets(cfg) if 'datasets' not in dataset}


@each_recipe
def test_environment_variable_and_option_reach_every_dataset(path, monkeypatch):
    before = read(path)
    assert roots(before) == {before.data_root} and before.data_root.startswith('data/')
    monkeypatch.setenv('MMAV_DATA_ROOT', '/my videos')
    cfg = Config.fromfile(path)
    assert roots(cfg) == {'/my videos'} and cfg.data_root == '/my videos'
    assert roots(load_config(str(path), {'data_root': '/others'})) == {'/others'}


def test_grid_layout(tmp_path):
    for split in ('train', 'val'):
        (tmp_path / f'{split}.csv').write_text(f'file,digit\nvideos/{split}.mp4,2\n')
    cfg = load_config(str(CONFIGS / 'coattn_pretrain_grid.py'), {'data_root': str(tmp_path)})
    for loader, split in (('train', 'train'), ('val', 'val'), ('test', 'val')):
        dataset = DATASETS.build(cfg[f'{loader}_dataloader'].dataset)
        assert len(dataset) == 1
        assert dataset.get_data_info(0)['filename'] == f'{tmp_path}/videos/{split}.mp4'


def test_metafiles_name_every_recipe():
    collections, names = set(), []
    metafiles = [(file, yaml.safe_load(file.read_text())) for file in CONFIGS.rglob('metafile.yml')]
    for file, metafile in metafiles:
        there = {path.relative_to(ROOT).as_posix() for path in file.parent.glob('*.py')}
        assert {model['Config'] for model in metafile['Models']} == there, file
        told = ((model['Config'], model['Metadata'].get('Epochs')) for model in metafile['Models'])
        assert all(not n or n == read(ROOT / path).train_cfg.max_epochs for path, n in told), file
        for collection in metafile.get('Collections', ()):
            assert (ROOT / collection['README']).is_file()
            collections.add(collection['Name'])
        names += [model['Name'] for model in metafile['Models']]
    assert len(names) == len(set(names))
    folders = {path.parent for path in CONFIGS.rglob('*.py') if '_base_' not in path.parts}
    assert folders == {file.parent for file, _ in metafiles}
    for _, metafile in metafiles:
        assert {model['In Collection'] for model in metafile['Models']} <= collections
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text())
    assert {ROOT / path for path in index['Import']} == {file for file, _ in metafiles}
