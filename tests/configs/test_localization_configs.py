import json
from pathlib import Path

import pytest
from annotated_clips import write_avatar, write_avsbench, write_is3
from media_factory import write_clip
from mmaction.registry import DATASETS, HOOKS, METRICS
from paths import CONFIGS
from recipes import read

from mmav_coattn.apis.clip_settings import ClipSettings
from mmav_coattn.config import iter_datasets, load_config
from mmav_coattn.datasets.localization.vggss import read_vggss

RECIPES = sorted((CONFIGS / 'localization').glob('*.py'))


@pytest.mark.parametrize('path', RECIPES, ids=lambda path: path.stem)
def test_builds_and_asks_for_what_the_metric_needs(path):
    cfg = load_config(str(path), {'data_root': '/my videos'})
    assert {dataset.data_root for dataset in iter_datasets(cfg)} == {'/my videos'}
    evaluators = cfg.test_evaluator
    for evaluator in evaluators if isinstance(evaluators, list) else [evaluators]:
        METRICS.build(evaluator)
    for hook in [*cfg.custom_hooks, *cfg.default_hooks.values()]:
        HOOKS.build(hook)
    assert cfg.model.test_cfg.return_map in (True, 'evidence')
    pipeline = cfg.test_dataloader.dataset.pipeline
    assert {'localization_targets', 'has_source'} <= set(pipeline[-1].extra_meta_keys)
    kinds = [transform.type for transform in pipeline]
    # Boxes follow the crops, so they come after them.
    crops = [kinds.index(kind) for kind in {'FixedCrop', 'Resize', 'CenterCrop'} & set(kinds)]
    assert kinds.index('LocalizationTargets') > max(crops)
    # The command on one's own videos reads its clips off the same recipe.
    assert ClipSettings.from_config(cfg).clip_seconds == pipeline[1].clip_seconds


# The other recipes inherit the network of their pretraining.
@pytest.mark.parametrize(
    ('tier', 'pretrain'), [('moving', 'moving'), ('negative', 'sources'), ('multi', 'sources')]
)
def test_takes_the_checkpoints_of_its_pretraining(tier, pretrain):
    own = read(CONFIGS / f'localization/sounding_shapes_{tier}.py').model
    theirs = read(CONFIGS / f'coattn_pretrain_{pretrain}.py').model
    for part in ('type', 'data_preprocessor', 'backbone', 'neck', 'cls_head'):
        assert own[part] == theirs[part] or part == 'data_preprocessor' and pretrain == 'sources'


def test_mouth_boxes_lie_beside_their_recipe():
    cfg = read(CONFIGS / 'localization' / 'grid_mouth.py')
    path = Path(cfg.test_dataloader.dataset.ann_file)
    assert path == CONFIGS / 'localization' / 'grid_mouth_boxes.json'
    clips = read_vggss(path)
    assert len(clips) == 60 and cfg.whole_frame == (0, 0, 1, 1)
    for clip in clips:
        ((x0, y0, x1, y1),) = clip['boxes']
        # In the frame, and away from its centre.
        assert 0 < x0 < x1 < 1 and 0.5 < y0 < y1 < 1


def test_sets_load_through_their_recipes(tmp_path):
    boxed = tmp_path / 'boxed'
    for folder in ('videos', 'Annotations'):
        (boxed / folder).mkdir(parents=True)
    write_clip(boxed / 'videos/a.mp4', duration=2.5, fps=10)
    (boxed / 'vggss.json').write_text(json.dumps([{'file': 'a', 'bbox': [[0, 0, 0.5, 0.5]]}]))
    box = '<bbox><xmin>0</xmin><ymin>0</ymin><xmax>128</xmax><ymax>128</ymax></bbox>'
    (boxed / 'Annotations/a.xml').write_text(f'<a>{box}</a>')
    write_avsbench(tmp_path / 'avsbench', [('a', 'cat', 'test'), ('b', 'cat', 'val')])
    write_is3(tmp_path / 'is3', ['a_b_1_a'])
    note = dict(task='Single-Sound', bbox=[0, 0, 9, 9])
    write_avatar(tmp_path / 'avatar', [('a', n, [note]) for n in (10, 60)], duration=10.2)
    for name, folder, frames, targets in (
        ('vggss', 'boxed', 32, 1),
        ('flickr_soundnet', 'boxed', 32, 1),
        ('avsbench_s4', 'avsbench', 78, 5),
        ('avsbench_ms3', 'avsbench', 78, 5),
        ('avsbench_robust', 'avsbench', 78, 5),
        ('is3', 'is3', 32, 1),
        ('avatar', 'avatar', 156, 2),
    ):
        path = CONFIGS / 'localization' / f'{name}.py'
        cfg = load_config(str(path), {'data_root': str(tmp_path / folder)})
        dataset = DATASETS.build(cfg.test_dataloader.dataset)
        sample = dataset[0]
        assert sample['inputs']['imgs'].shape == (1, 3, frames, 224, 224), name
        found = sample['data_samples'].localization_targets
        assert len(found) == targets, name
        assert 'mask' in found[0] or found[0]['boxes'] == [[0, 0, 0.5, 0.5]]
        assert len(dataset) == (4 if name == 'avsbench_robust' else 1)
