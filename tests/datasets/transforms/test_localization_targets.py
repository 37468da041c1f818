import numpy as np
import pytest
from mmaction.datasets.transforms import CenterCrop

from mmav_coattn.datasets.transforms import FixedCrop, LocalizationTargets
from mmav_coattn.errors import ConfigError


def moving(window_start=0.5, clip_seconds=1.1, **changes):
    """Two sounding objects and a silent one; box i of object k begins at x = (i + 10 k) / 100."""
    objects = []
    for k, (sounding, events) in enumerate(
        [(True, [0.05, 0.52, 1.1, 1.6, 1.99]), (False, [0.7]), (True, [0.98])]
    ):
        boxes = np.array([[(i + 10 * k) / 100, 0.2, 0.9, 0.8] for i in range(20)], np.float32)
        objects.append(dict(sounding=sounding, events=events, boxes=boxes))
    window = dict(window_starts=[window_start], clip_seconds=clip_seconds)
    flip = dict(flip=False, flip_direction='horizontal')  # as mmaction2 says that nothing flips
    return dict(relpath='a.mp4', objects=objects, fps=10) | window | flip | changes


def targets_of(results):
    return LocalizationTargets().transform(results)['localization_targets']


def test_events_inside_the_window_with_the_boxes_of_their_moment():
    targets = targets_of(moving())
    assert [(t['time'], t['source']) for t in targets] == [(0.55, 0), (1.15, 0), (1.05, 2)]
    assert [t['boxes'][0][0] for t in targets] == pytest.approx([0.05, 0.11, 0.30])
    assert all(t['annotators'] == 1 for t in targets)
    # An event after the last box takes the last.
    (target,) = targets_of(moving(window_start=1.9))
    assert target['boxes'][0][0] == pytest.approx(0.19)
    for has_source, count in ((True, 3), (False, 0)):
        results = LocalizationTargets().transform(moving(has_source=has_source))
        assert results['has_source'] is has_source
        assert len(results['localization_targets']) == count


def test_annotated_frame_and_masks_inside_the_window():
    (target,) = targets_of(dict(boxes=[[0.1, 0.2, 0.3, 0.4]], annotators=2))
    assert target == dict(time=None, boxes=[[0.1, 0.2, 0.3, 0.4]], annotators=2, source=0)
    with pytest.raises(ConfigError, match=r'b\.mp4: .* `objects`, `masks` or `boxes`'):
        targets_of(dict(relpath='b.mp4'))
    masks = [dict(time=time, mask=f'{time}.png') for time in (0.4, 0.5, 1.5, 1.6, None)]
    results = dict(relpath='a.mp4', masks=masks, window_starts=[0.5], clip_seconds=1.1)
    targets = targets_of(results | dict(crop_quadruple=(0.0, 0.0, 1.0, 1.0)))
    assert targets == targets_of(results)
    assert [target['time'] for target in targets] == [0.5, 1.5, None]
    assert targets[0] == dict(time=0.5, mask='0.5.png', boxes=[], annotators=1, source=0)
    for change in (dict(flip=True), dict(crop_quadruple=(0, 0, 0.5, 1))):
        with pytest.raises(ConfigError, match=r'a\.mp4: masks are of the whole frame'):
            targets_of(results | change)


def test_boxes_follow_crops_and_flip():
    """A white box in a black frame, cropped twice and flipped; one outside the crop stays so."""
    image = np.zeros((100, 200, 3), np.uint8)
    image[30:60, 80:120] = 255  # (0.4, 0.3, 0.6, 0.6)
    boxes = [[0.4, 0.3, 0.6, 0.6], [0.0, 0.0, 0.1, 0.1]]
    results = dict(imgs=[image], img_shape=(100, 200), boxes=boxes, modality='RGB')
    results = CenterCrop(60).transform(FixedCrop((0.2, 0.1, 0.8, 0.9)).transform(results))
    results['imgs'] = [image[:, ::-1] for image in results['imgs']]
    results.update(flip=True, flip_direction='horizontal')
    (target,) = targets_of(results)
    (x0, y0, x1, y1), outside = target['boxes']
    rows, columns = np.nonzero(results['imgs'][0][..., 0])
    assert [x0 * 60, x1 * 60] == pytest.approx([columns.min(), columns.max() + 1], abs=1e-3)
    assert [y0 * 60, y1 * 60] == pytest.approx([rows.min(), rows.max() + 1], abs=1e-3)
    assert outside[0] > 1 and outside[3] < 0
