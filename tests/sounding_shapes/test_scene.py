import numpy as np
import pytest

from mmav_coattn.sounding_shapes.scene import annotate, build_scene, object_boxes
from mmav_coattn.sounding_shapes.spec import CLASSES

ALIKE = {f'alike{count}': (1, {count}) for count in (0, 1, 3, 5, 8)}
OTHERS = dict(easy=(1, {0}), medium=(1, {1, 2}), hard=(1, {2, 3}), multi=(2, {0, 1}))
COUNTS = dict(OTHERS, moving=(1, {1, 2}), **ALIKE)


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
