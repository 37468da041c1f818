"""Files decode to what was written, on one clock, and appear whole or not at all."""

import av
import numpy as np
import pytest

from mmav_coattn.sounding_shapes.render import render_audio, render_frames
from mmav_coattn.sounding_shapes.scene import build_scene
from mmav_coattn.sounding_shapes.spec import CLASSES, CLIP_FORMAT
from mmav_coattn.sounding_shapes.writer import PREROLL, audio_span, write_clip


def decode(path):
    with av.open(str(path)) as container:
        frames = [(f.time, f.to_ndarray(format='rgb24')) for f in container.decode(video=0)]
    with av.open(str(path)) as container:
        blocks = list(container.decode(audio=0))
    sound = np.concatenate([block.to_ndarray()[0] for block in blocks])
    return frames, sound, float(blocks[0].time)


def write(path, index, tier='easy'):
    scene = build_scene(0, tier, 'train', index)
    frames = list(render_frames(scene, 0))
    sound = render_audio(scene, 0, *audio_span(CLIP_FORMAT))
    write_clip(path, frames, sound, CLIP_FORMAT)
    return scene, frames, sound


def test_round_trip(tmp_path):
    path = tmp_path / 'clip.mp4'
    _, frames, sound = write(path, 0)
    decoded, heard, start = decode(path)
    np.testing.assert_allclose([t for t, _ in decoded], np.arange(80) / 20, atol=1e-6)
    for (_, got), made in zip(decoded, frames, strict=True):
        error = np.mean((got.astype(float) - made) ** 2)
        assert 10 * np.log10(255**2 / error) > 27
    # Sound covers the picture from its first to its last moment, to the sample.
    assert start == 0 and len(heard) >= 64000
    made = sound[PREROLL : PREROLL + 64000]
    by_lag = {lag: np.corrcoef(made[500:-500], heard[500 + lag : 63500 + lag])[0, 1]
              for lag in range(-20, 21)}  # fmt: skip
    assert max(by_lag, key=by_lag.get) == 0 and by_lag[0] > 0.97


def test_ends_are_like_the_rest(tmp_path):
    """Neither the encoder's start nor its last frame leaves a mark."""
    errors = []
    for index in range(8):
        path = tmp_path / f'{index}.mp4'
        _, _, sound = write(path, index)
        _, heard, _ = decode(path)
        made = sound[PREROLL:][: len(heard)]
        error = np.sqrt(((heard[: len(made)] - made) ** 2).reshape(63, 1024).mean(1))
        errors.append(error / error.mean())
        assert np.abs(heard[64000:]).max() > 0.3 * np.abs(made[64000:]).max()
    errors = np.mean(errors, 0)
    assert errors[0] < 2 and errors[-1] < 2


@pytest.mark.parametrize('name', CLASSES)
def test_sound_comes_with_its_event(tmp_path, name):
    """The envelope of the decoded sound lies within 20 ms of what the annotation says."""
    path = tmp_path / 'clip.mp4'
    scene, _, _ = write(path, CLASSES.index(name))
    _, heard, _ = decode(path)
    motion = scene.objects[0].motion
    times = np.arange(800) * 0.005
    envelope = np.sqrt((heard[:64000] ** 2).reshape(800, 80).mean(1))
    if len(motion.drive):
        expected = np.interp(times + 0.0025, motion.times, motion.drive)
    else:
        since = times[:, None] + 0.0025 - motion.events
        decay = scene.objects[0].timbre.decay / 2
        expected = (np.exp(-np.clip(since, 0, None) / decay) * (since > 0) * motion.strengths).sum(
            1
        )
    lags = np.arange(-60, 61)
    scores = [np.corrcoef(expected[60:-60], envelope[60 + lag : 740 + lag])[0, 1] for lag in lags]
    assert abs(lags[np.argmax(scores)] * 0.005) <= 0.02
    assert max(scores) > 0.6


def test_nothing_is_left_of_an_interrupted_file(tmp_path):
    path = tmp_path / 'clip.mp4'
    scene = build_scene(0, 'easy', 'train', 0)
    sound = render_audio(scene, 0, *audio_span(CLIP_FORMAT))

    def broken():
        yield from list(render_frames(scene, 0))[:20]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_clip(path, broken(), sound, CLIP_FORMAT)
    assert list(tmp_path.iterdir()) == []
    path.write_bytes(b'old')
    with pytest.raises(KeyboardInterrupt):
        write_clip(path, broken(), sound, CLIP_FORMAT)
    assert path.read_bytes() == b'old' and list(tmp_path.iterdir()) == [path]
