from dataclasses import replace

import numpy as np
import pytest

from mmav_coattn.sounding_shapes.render import render_audio, render_frames, render_solos
from mmav_coattn.sounding_shapes.scene import build_scene, object_boxes
from mmav_coattn.sounding_shapes.spec import CLASSES


def bare(scene):
    """The scene without noise, jitter and shadows."""
    objects = [replace(x, parts=[part for part in x.parts if part.boxed]) for x in scene.objects]
    return replace(scene, objects=objects, camera=0 * scene.camera, image_noise=0.0)


@pytest.mark.parametrize('name', CLASSES)
def test_box_encloses_the_object_tightly(name):
    scene = bare(build_scene(1, 'easy', 'train', CLASSES.index(name)))
    empty = next(render_frames(replace(scene, objects=[], camera=scene.camera[:1]), 1))
    boxes = object_boxes(scene, scene.objects[0]) * 128
    for box, image in list(zip(boxes, render_frames(scene, 1), strict=True))[::9]:
        y, x = np.nonzero(np.abs(image.astype(int) - empty).max(-1) > 20)
        assert np.abs(np.array([x.min(), y.min(), x.max() + 1, y.max() + 1]) - box).max() < 3.5


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
