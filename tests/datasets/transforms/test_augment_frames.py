"""The geometry worked by hand, and one draw for all frames of a clip."""

import numpy as np
import pytest

from mmav_coattn.datasets.transforms import AugmentFrames
from mmav_coattn.errors import ConfigError

PLAIN = dict(
    size=32, area=(1, 1), stretch=1, rotation=0, moving=0, flip=0, colour=0, blur=0, noise=0
)


def augment(frames, seed=0, **settings):
    np.random.seed(seed)
    results = dict(imgs=list(frames), img_shape=frames[0].shape[:2])
    out = AugmentFrames(**{**PLAIN, **settings})(results)
    assert out['img_shape'] == (32, 32)
    assert all(image.shape == (32, 32, 3) and image.dtype == np.uint8 for image in out['imgs'])
    return np.stack(out['imgs'])


def ramp(width=32, height=32):
    """Red grows by 4 a column, green by 4 a row."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = 4 * np.arange(width) * 32 // width
    image[..., 1] = 4 * np.arange(height)[:, None] * 32 // height
    return image


def test_nothing_to_change_and_mirrored():
    assert np.array_equal(augment([ramp()])[0], ramp())
    assert np.array_equal(augment([ramp()], flip=1)[0], ramp()[:, ::-1])


@pytest.mark.parametrize('seed', range(4))
def test_a_quarter_of_the_area_is_half_of_either_side(seed):
    frame = augment([ramp()], seed, area=(0.25, 0.25))[0].astype(float)
    steps = np.diff(frame[:, :, 0], axis=1), np.diff(frame[:, :, 1], axis=0)
    assert np.mean(steps[0]) == pytest.approx(2, abs=0.1)
    assert np.mean(steps[1]) == pytest.approx(2, abs=0.1)


def test_stretched():
    rises = []
    for seed in range(30):
        frame = augment([ramp()], seed, area=(0.25, 0.25), stretch=2.0)[0].astype(float)
        across, down = np.diff(frame[..., 0], axis=1).mean(), np.diff(frame[..., 1], axis=0).mean()
        rises.append(across / down)
        assert across * down == pytest.approx(4, rel=0.1)  # the area stays
    assert 0.5 <= min(rises) < 0.7 and 1.4 < max(rises) <= 2.05


def test_all_frames_change_alike():
    frames = augment([ramp()] * 5, seed=3, area=(0.4, 1), stretch=1.3, rotation=10, flip=0.5,
                     colour=1, blur=1)  # fmt: skip
    assert (frames == frames[0]).all()
    assert not np.array_equal(frames[0], ramp())


def test_a_moving_camera_moves_smoothly():
    frames = augment([ramp()] * 16, seed=1, area=(0.4, 0.4), moving=1.0).astype(float)
    steps = np.abs(np.diff(frames[:, 16, 16, :2], axis=0)).max(axis=1)
    assert (frames[0] != frames[-1]).any()
    assert steps.max() < 20  # 5 px of the ramp


def test_noise_differs_between_frames_and_has_its_size():
    grey = np.full((32, 32, 3), 128, np.uint8)
    frames = augment([grey] * 8, seed=5, noise=8.0).astype(float)
    assert (frames[0] != frames[1]).any()
    assert 0.3 < frames.std() <= 8.5 and abs(frames.mean() - 128) < 1.5


def test_the_seed_of_numpy_decides():
    settings = dict(area=(0.4, 1), rotation=10, colour=1, noise=8)
    assert np.array_equal(augment([ramp()], 7, **settings), augment([ramp()], 7, **settings))
    assert not np.array_equal(augment([ramp()], 7, **settings), augment([ramp()], 8, **settings))


@pytest.mark.parametrize('wrong', [dict(area=(0, 1)), dict(area=(0.5, 1.2)), dict(stretch=0.5)])
def test_bad_settings(wrong):
    with pytest.raises(ConfigError, match='two rising shares'):
        AugmentFrames(**{**PLAIN, **wrong})
