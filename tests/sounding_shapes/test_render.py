"""Sprites land where their pose says, boxes enclose what moves, sound fits the image."""

from dataclasses import replace

import numpy as np
import pytest

from mmav_coattn.sounding_shapes.render import (
    draw_once,
    render_audio,
    render_frames,
    render_solos,
)
from mmav_coattn.sounding_shapes.scene import build_scene, object_boxes
from mmav_coattn.sounding_shapes.spec import CLASSES
from mmav_coattn.sounding_shapes.sprites import Canvas


def square(half):
    canvas = Canvas((-half, -half, half, half))
    canvas.rectangle(-half, -half, half, half, colour=(200, 100, 50), bevel=0)
    return canvas.finish()


def test_drawing_places_scales_and_turns():
    for pose, extent in [
        ((20, 12, 0, 1, 1), (14, 26, 6, 18)),
        ((20, 12, 0, 1, 0.5), (14, 26, 9, 15)),
        ((20, 12, np.pi / 2, 1, 0.5), (17, 23, 6, 18)),
    ]:
        image = np.zeros((40, 40, 3), np.float32)
        draw_once(image, square(6), np.array(pose, float))
        x0, x1, y0, y1 = extent
        inside = np.zeros((40, 40), bool)
        inside[y0:y1, x0:x1] = True
        covered = image[..., 0] / 200
        # OpenCV's antialiased edge is a quarter of a px wider at either side.
        assert covered[inside].mean() > 0.97 and covered[~inside].max() < 0.7
        assert covered.sum() == pytest.approx(inside.sum(), rel=0.16)


def test_drawing_is_exact_to_a_fraction_of_a_pixel():
    for shift in (0.0, 0.25, 0.5, 0.8):
        image = np.zeros((40, 40, 3), np.float32)
        draw_once(image, square(5), np.array([20 + shift, 15, 0, 1, 1]))
        mass = image[..., 0]
        centre = (mass.sum(0) * (np.arange(40) + 0.5)).sum() / mass.sum()
        assert centre == pytest.approx(20 + shift, abs=0.15)


def test_drawing_clips_at_the_border():
    image = np.zeros((40, 40, 3), np.float32)
    draw_once(image, square(5), np.array([0, 40, 0, 1, 1.0]))
    draw_once(image, square(5), np.array([90, 90, 0, 1, 1.0]))
    assert (image[36:, :4, 0] > 190).all() and image[:30].max() == image[:, 10:].max() == 0


def bare(scene):
    """The scene without noise, jitter and shadows."""
    objects = [
        replace(item, parts=[part for part in item.parts if part.boxed]) for item in scene.objects
    ]
    return replace(scene, objects=objects, camera=0 * scene.camera, image_noise=0.0)


@pytest.mark.parametrize('name', CLASSES)
def test_box_encloses_the_object_tightly(name):
    scene = bare(build_scene(1, 'easy', 'train', CLASSES.index(name)))
    empty = next(render_frames(replace(scene, objects=[], camera=scene.camera[:1]), 1))
    boxes = object_boxes(scene, scene.objects[0]) * 128
    for frame, image in enumerate(render_frames(scene, 1)):
        if frame % 9:
            continue
        changed = np.abs(image.astype(int) - empty).max(-1) > 20
        y, x = np.nonzero(changed)
        found = np.array([x.min(), y.min(), x.max() + 1, y.max() + 1])
        assert np.abs(found - boxes[frame]).max() < 3.5


@pytest.mark.parametrize('name', CLASSES)
def test_object_is_seen_moving_at_56_px(name):
    scene = bare(build_scene(2, 'medium', 'train', CLASSES.index(name)))
    frames = np.array(list(render_frames(scene, 2)), np.float32).mean(-1)
    x0, y0 = (object_boxes(scene, scene.objects[0])[:, :2].min(0) * 128).astype(int)
    x1, y1 = (object_boxes(scene, scene.objects[0])[:, 2:].max(0) * 128).astype(int)
    moved = np.abs(np.diff(frames[:, y0:y1, x0:x1], axis=0)).max(0) > 25
    # 128 px / 56 px = 2.3: at least four px of the small image change strongly.
    assert moved.sum() > 4 * 2.3**2


def test_frames_are_textured_noisy_and_repeat():
    scene = build_scene(0, 'medium', 'test', 3)
    frames = [list(render_frames(scene, 0)) for _ in range(2)]
    np.testing.assert_array_equal(frames[0], frames[1])
    assert frames[0][0].shape == (128, 128, 3) and frames[0][0].dtype == np.uint8
    assert len(frames[0]) == 80
    still = bare(replace(scene, objects=[]))
    clean = np.array(list(render_frames(still, 0))[:2], int)
    noisy = np.array(list(render_frames(replace(still, image_noise=3.0), 0))[:2], int)
    assert (noisy - clean).std() == pytest.approx(3.0, rel=0.1)
    assert not np.array_equal(noisy[0], noisy[1])


def test_sound_continues_seamlessly_from_before_the_start():
    scene = build_scene(0, 'easy', 'train', 4)
    whole = render_audio(scene, 0, -4000, 64000)
    np.testing.assert_allclose(
        render_audio(scene, 0, 0, 64000) / np.abs(whole[4000:]).max() * scene.peak,
        whole[4000:] / np.abs(whole[4000:]).max() * scene.peak,
        atol=0.05,
    )
    assert len(whole) == 68000 and whole.dtype == np.float32


def test_every_window_is_heard_and_no_moment_of_the_clip_stands_out():
    """1.6 s anywhere hold sound well above the noise; on average all moments are equally loud."""
    levels = []
    for index in range(64):
        scene = build_scene(0, 'medium', 'train', index)
        sound = render_audio(scene, 0, 0, 64000)
        power = (sound.astype(float) ** 2).reshape(40, -1).mean(1)
        windows = np.sqrt(np.convolve(power, np.full(16, 1 / 16), 'valid'))
        assert windows.min() > 4 * np.sqrt(power.mean()) * 10 ** (scene.audio_noise_db / 20)
        levels.append(power / power.mean())
    blocks = np.mean(levels, 0).reshape(4, 10).mean(1)
    assert np.abs(blocks - 1).max() < 0.2
    # No fade: the first and the last 0.2 s are as loud as the rest.
    ends = np.mean(levels, 0)[[0, 1, -2, -1]]
    assert 0.55 < ends.min() and ends.mean() == pytest.approx(1, abs=0.3)


def test_solos_add_up_to_the_audio():
    scene = build_scene(0, 'multi', 'val', 3)
    audio = render_audio(scene, 0, -800, 32000).astype(np.float64)
    solos = render_solos(scene, 0, -800, 32000)
    assert solos.shape == (2, 32800)
    total = solos.sum(axis=0)
    gain = (audio @ total) / (total @ total)
    # What is left is the room's noise.
    rest = audio - gain * total
    level = 10 * np.log10(np.mean(rest**2) / np.mean((gain * total) ** 2))
    assert level == pytest.approx(scene.audio_noise_db, abs=1)
