"""Boxes of mouths in one file."""

import json

import pytest
from annotated_clips import PIPELINE
from media_factory import write_clip

from mmav_coattn.datasets.localization import MouthBoxDataset
from mmav_coattn.errors import ConfigError


def test_mouth_boxes(tmp_path):
    write_clip(tmp_path / 'talk.mp4', duration=1)
    ann_file = tmp_path / 'boxes.json'
    ann_file.write_text(json.dumps(dict(size=[200, 100], clips={'talk.mp4': [20, 50, 100, 75]})))
    dataset = MouthBoxDataset(ann_file=str(ann_file), data_root=str(tmp_path), pipeline=PIPELINE)
    (target,) = dataset[0]['data_samples'].localization_targets
    assert target['boxes'] == [[0.1, 0.5, 0.5, 0.75]]
    for text in ('{}', json.dumps(dict(size=[9, 9], clips={'talk.mp4': [5, 5, 4, 9]}))):
        ann_file.write_text(text)
        with pytest.raises(ConfigError, match='malformed boxes of mouths'):
            MouthBoxDataset(ann_file=str(ann_file), data_root=str(tmp_path))
