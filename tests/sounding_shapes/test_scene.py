"""Tiers, balance, placing, and the annotation's numbers."""

import json

import numpy as np
import pytest

from mmav_coattn.sounding_shapes.scene import annotate, build_scene, object_boxes
from mmav_coattn.sounding_shapes.spec import CLASSES

ALIKE = {f'alike{count}': (1, {count}) for count in (0, 1, 3, 5, 8)}
COUNTS = dict(
    easy=(1, {0}), medium=(1, {1, 2}), hard=(1, {2, 3}), multi=(2, {0, 1}), moving=(1, {1, 2}),
    **ALIKE,
)  # fmt: skip


@pytest.mark.parametrize('tier', COUNTS)
def test_tiers(tier):
    scenes = [build_scene(0, tier, 'train', index) for index in range(24)]
    sources, silent = COUNTS[tier]
    assert {sum(item.sounding for item in scene.objects) for scene in scenes} == {sources}
    assert {sum(not item.sounding for item in scene.objects) for scene in scenes} == silent
    for scene in scenes:
        names = [item.motion_class for item in scene.objects]
        assert all(item.sounding for item in scene.objects[:sources])
        if tier in ('hard', 'moving', *ALIKE):
            assert len(set(names)) == 1
        if tier == 'multi':
            assert names[0] != names[1]
    labels = [annotate(scene, 'x.mp4')['label'] for scene in scenes]
    assert np.bincount(labels).tolist() == [3] * len(CLASSES)


def test_moving_objects_travel_and_stay_in_the_frame():
    for index in range(16):
        scene = build_scene(0, 'moving', 'train', index)
        assert not scene.shelves
        for item in scene.objects:
            # Every part of an object takes the same way, besides its own motion.
            assert {len(part.pose) for part in item.parts} == {80}
            assert np.ptp(item.parts[0].pose[:, :2], axis=0).max() > 0.15 * 128
            boxes = object_boxes(scene, item)
            assert (boxes[:, 2:] - boxes[:, :2]).min() > 0.05
            centres = (boxes[:, :2] + boxes[:, 2:]) / 2
            assert centres.min() > 0.05 and centres.max() < 0.98


def test_annotation_is_json_with_whole_boxes():
    note = annotate(build_scene(0, 'medium', 'train', 9), 'medium/train/000009.mp4')
    assert json.loads(json.dumps(note)) == note
    objects = note.pop('objects')
    assert note == dict(
        path='medium/train/000009.mp4', tier='medium', label=CLASSES.index('strike'),
        classes=['strike'], fps=20, num_frames=80, duration=4.0, sample_rate=16000,
    )  # fmt: skip
    for item in objects:
        boxes = np.array(item['boxes'])
        assert boxes.shape == (80, 4) and boxes.min() >= 0 and boxes.max() <= 1
        assert (boxes[:, 2:] > boxes[:, :2]).all()
        assert all(0 <= t < 4 for t in item['events']) and len(item['events']) >= 3
