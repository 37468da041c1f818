import numpy as np
import pytest

from mmav_coattn.sounding_shapes.render import render_audio
from mmav_coattn.sounding_shapes.scene import annotate
from mmav_coattn.sounding_shapes.spec import CLIP_FORMAT, WILD_CLASSES
from mmav_coattn.sounding_shapes.wild import KINDS, build_wild_scene

RATE = CLIP_FORMAT.sample_rate


def bare_audio(name, count=6):
    """Motion of the source, and its audio without other sounds, in some scenes of a class."""
    for number in range(WILD_CLASSES.index(name), 12 * count, 12):
        scene = build_wild_scene(0, 'wild', 'train', number)
        scene.off_screen, scene.audio_noise_db = [], -80.0
        yield scene.objects[0].motion, render_audio(scene, 0, 0, 4 * RATE).astype(float)


def test_classes_take_turns_and_one_object_sounds():
    assert tuple(KINDS) == WILD_CLASSES
    for index in range(24):
        scene = build_wild_scene(0, 'wild', 'train', index)
        entry = annotate(scene, 'x.mp4')
        label = index % len(WILD_CLASSES)
        assert entry['classes'] == [WILD_CLASSES[label]] and entry['label'] == label
        first, *others = (item['sounding'] for item in entry['objects'])
        assert first and not any(others)
        assert all(len(item['boxes']) == 80 for item in entry['objects'])


@pytest.mark.parametrize('name', ['stick', 'hop', 'shot', 'strum'])
def test_energy_rises_at_the_events(name):
    rises = []
    for motion, wave in bare_audio(name):
        for event, strength in zip(motion.events, motion.strengths, strict=True):
            at = round(event * RATE)
            if strength > 0.3 and 800 < at < 4 * RATE - 800:
                after, before = wave[at : at + 320], wave[at - 320 : at]
                rises.append(np.sum(after**2) > np.sum(before**2))
    assert len(rises) > 20 and np.mean(rises) > 0.9


@pytest.mark.parametrize('name', ['bow', 'rub', 'call', 'turn'])
def test_level_follows_the_drive(name):
    found = []
    for motion, wave in bare_audio(name):
        level = np.sqrt(np.mean(wave.reshape(-1, RATE // 20) ** 2, axis=1))
        middles = (np.arange(80) + 0.5) / 20
        found.append(np.corrcoef(level, np.interp(middles, motion.times, motion.drive))[0, 1])
    assert np.median(found) > 0.7
