import numpy as np
import pytest

from mmav_coattn.datasets.transforms import AugmentFrames

PLAIN = dict(area=(1, 1), stretch=1, rotation=0, moving=0, flip=0, colour=0, blur=0, noise=0)
#: Red grows by 4 a column, green by 4 a row.
RAMP = np.zeros((32, 32, 3), np.uint8)
RAMP[..., 0] = 4 * np.arange(32)
RAMP[..., 1] = 4 * np.arange(32)[:, None]


def augment(frames, seed=0, **settings):
    np.random.seed(seed)
    results = dict(imgs=list(frames), img_shape=frames[0].shape[:2])
    out = AugmentFrames(32, **{**PLAIN, **settings})(results)
    assert out['img_shape'] == (32, 32)
    assert all(image.shape == (32, 32, 3) and image.dtype == np.uint8 for image in out['imgs'])
    return np.stack(out['imgs'])


def rises(frame):
    """Mean steps of red across and of green down."""
    frame = frame.astype(float)
    return np.diff(frame[..., 0], axis=1).mean(), np.diff(frame[..., 1], axis=0).mean()


def test_nothing_to_change_a_wide_frame_mirrored_parts_and_stretch():
    assert np.array_equal(augment([RAMP])[0], RAMP)
    assert np.array_equal(augment([RAMP.repeat(2, axis=1)], flip=1)[0], RAMP[:, ::-1])
    ratios = []
    for seed in range(30):
        # A quarter of the area is half of either side.
        frame = augment([RAMP], seed, area=(0.25, 0.25))[0]
        assert rises(frame) == pytest.approx((2, 2), abs=0.1)
        across, down = rises(augment([RAMP], seed, area=(0.25, 0.25), stretch=2.0)[0])
        assert across * down == pytest.approx(4, rel=0.1)  # the area stays
        ratios.append(across / down)
    assert 0.5 <= min(ratios) < 0.7 and 1.4 < max(ratios) <= 2.05


def test_all_frames_change_alike_by_the_seed_of_numpy():
    settings = dict(area=(0.4, 1), stretch=1.3, rotation=10, flip=0.5, colour=1, blur=1)
    frames = augment([RAMP] * 5, 3, **settings)
    assert (frames == frames[0]).all() and (frames[0] != RAMP).any()
    assert np.array_equal(frames, augment([RAMP] * 5, 3, **settings))
    assert not np.array_equal(frames, augment([RAMP] * 5, 4, **settings))


def test_a_moving_camera_moves_smoothly_and_noise_has_its_size():
    frames = augment([RAMP] * 16, seed=1, area=(0.4, 0.4), moving=1.0).astype(float)
    steps = np.abs(np.diff(frames[:, 16, 16, :2], axis=0)).max(axis=1)
    assert (frames[0] != frames[-1]).any()
    assert steps.max() < 20  # 5 px of the ramp
    grey = np.full((32, 32, 3), 128, np.uint8)
    frames = augment([grey] * 8, seed=5, noise=8.0).astype(float)
    assert (frames[0] != frames[1]).any()
    assert 0.3 < frames.std() <= 8.5 and abs(frames.mean() - 128) < 1.5
