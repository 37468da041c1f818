import pytest
from mmaction.registry import MODELS, TRANSFORMS
from paths import CONFIGS
from recipes import read

from mmav_coattn.config import iter_datasets
from mmav_coattn.experiments.transfer.experiment import Run, run_config, transfer_settings

RECIPES = sorted((CONFIGS / 'transfer').glob('*.py'))
OFFICIAL = [path for path in RECIPES if path.stem.endswith(('ucf101', 'hmdb51'))]


@pytest.mark.parametrize('path', RECIPES, ids=lambda path: path.stem)
def test_builds_and_both_initialisations_differ_in_weights_alone(path, tmp_path):
    cfg = read(path)
    MODELS.build(cfg.model)
    for dataset in iter_datasets(cfg):
        for transform in dataset.get('pipeline', []):
            TRANSFORMS.build(transform)
    # An epoch is never chosen by the test set.
    if cfg.get('train_cfg'):
        assert not cfg.default_hooks.checkpoint.get('save_best')
    settings = transfer_settings(cfg)
    for split in settings['splits']:
        sides = [
            run_config(cfg, settings, Run(init, split, 1), tmp_path / 'tower.pth')
            for init in ('pretrained', 'random')
        ]
        assert sides[0].pop('load_from') == str(tmp_path / 'tower.pth')
        assert sides[1].pop('load_from') is None
        assert sides[0].to_dict() == sides[1].to_dict()
        few = [d for d in iter_datasets(sides[0]) if d.type == 'FewShotDataset']
        assert all(dataset.seed == 1 for dataset in few)
        if settings['protocol'] == 'finetune':
            # The last validation of the training is the evaluation.
            assert sides[0].val_dataloader == sides[0].test_dataloader


@pytest.mark.parametrize('path', OFFICIAL, ids=lambda path: path.stem)
def test_three_official_splits(path):
    cfg = read(path)
    settings = transfer_settings(cfg)
    name = path.stem.rpartition('_')[2]
    assert list(settings['splits']) == ['split1', 'split2', 'split3']
    for number in (1, 2, 3):
        chosen = run_config(cfg, settings, Run('random', f'split{number}', 0), None)
        found = {dataset.ann_file for dataset in iter_datasets(chosen) if 'ann_file' in dataset}
        assert found == {f'{name}_{part}_split_{number}_videos.txt' for part in ('train', 'val')}
    assert cfg.model.cls_head.num_classes == dict(ucf101=101, hmdb51=51)[name]


def test_each_word_of_grid_has_its_classes_and_its_span():
    cfg = read(CONFIGS / 'transfer/finetune_grid.py')
    settings = transfer_settings(cfg)
    for word, classes in dict(command=4, colour=4, adverb=4, digit=10).items():
        chosen = run_config(cfg, settings, Run('random', word, 0), None)
        assert chosen.model.cls_head.num_classes == classes
        wanted = cfg.last_words if word in ('adverb', 'digit') else cfg.first_words
        for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
            dataset = chosen[loader].dataset
            dataset = dataset.get('dataset', dataset)
            assert dataset.word == word
            assert tuple(dataset.pipeline[1].span) == tuple(wanted)
