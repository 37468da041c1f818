import numpy as np
import pytest
from media_factory import decode

from mmav_coattn.sounding_shapes.render import render_audio, render_frames
from mmav_coattn.sounding_shapes.scene import build_scene
from mmav_coattn.sounding_shapes.spec import CLASSES
from mmav_coattn.sounding_shapes.writer import AUDIO_SPAN, PREROLL, write_clip


@pytest.fixture(scope='module')
def clips(tmp_path_factory):
    """One clip of each class: the file, its scene, frames and samples."""
    written = []
    for index in range(len(CLASSES)):
        path = tmp_path_factory.mktemp('clips') / 'clip.mp4'
        scene = build_scene(0, 'easy', 'train', index)
        frames = list(render_frames(scene, 0))
        sound = render_audio(scene, 0, *AUDIO_SPAN)
        write_clip(path, frames, sound)
        written.append((path, scene, frames, sound))
    return written


def test_round_trip(clips):
    path, _, frames, sound = clips[0]
    times, decoded, heard, start = decode(path)
    np.testing.assert_allclose(times, np.arange(80) / 20, atol=1e-6)
    for got, made in zip(decoded, frames, strict=True):
        error = np.mean((got.astype(float) - made) ** 2)
        assert 10 * np.log10(255**2 / error) > 27
    # Sound covers the picture from its first to its last moment, to the sample.
    assert start == 0 and len(heard) >= 64000
    made = sound[PREROLL : PREROLL + 64000]
    lags = range(-20, 21)
    found = [np.corrcoef(made[500:-500], heard[500 + x : 63500 + x])[0, 1] for x in lags]
    assert np.argmax(found) == 20 and max(found) > 0.97


def test_ends_are_like_the_rest(clips):
    """Neither the encoder's start nor its last frame leaves a mark."""
    errors = []
    for path, _, _, sound in clips:
        heard = decode(path)[2]
        made = sound[PREROLL:][: len(heard)]
        error = np.sqrt(((heard[: len(made)] - made) ** 2).reshape(63, 1024).mean(1))
        errors.append(error / error.mean())
        assert np.abs(heard[64000:]).max() > 0.3 * np.abs(made[64000:]).max()
    errors = np.mean(errors, 0)
    assert errors[0] < 2 and errors[-1] < 2


@pytest.mark.parametrize('index', range(len(CLASSES)))
def test_sound_comes_with_its_event(clips, index):
    """The envelope of the decoded sound lies within 20 ms of what the annotation says."""
    path, scene, _, _ = clips[index]
    heard = decode(path)[2]
    motion = scene.objects[0].motion
    times = np.arange(800) * 0.005
    envelope = np.sqrt((heard[:64000] ** 2).reshape(800, 80).mean(1))
    if len(motion.drive):
        expected = np.interp(times + 0.0025, motion.times, motion.drive)
    else:
        since = times[:, None] + 0.0025 - motion.events
        decays = np.exp(-np.clip(since, 0, None) / (scene.objects[0].timbre.decay / 2))
        expected = (decays * (since > 0) * motion.strengths).sum(1)
    lags = np.arange(-60, 61)
    scores = [np.corrcoef(expected[60:-60], envelope[60 + lag : 740 + lag])[0, 1] for lag in lags]
    assert abs(lags[np.argmax(scores)] * 0.005) <= 0.02
    assert max(scores) > 0.6
