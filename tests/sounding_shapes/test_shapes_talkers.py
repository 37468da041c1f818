"""The mouth of a talker and its voice agree, as speech sounds ask for."""

import numpy as np

from mmav_coattn.sounding_shapes.motions import simulation_clock
from mmav_coattn.sounding_shapes.render import render_audio, render_frames
from mmav_coattn.sounding_shapes.scene import annotate
from mmav_coattn.sounding_shapes.spec import CLIP_FORMAT
from mmav_coattn.sounding_shapes.talkers import build_talker, speak

RATE = CLIP_FORMAT.sample_rate


def motions(count=20):
    clock = simulation_clock(4.0, 2.0)
    return [speak(np.random.default_rng(seed), clock) for seed in range(count)]


def test_the_mouth_is_open_where_there_is_a_vowel():
    for motion in motions():
        opening, voiced = motion.curves['opening'], motion.curves['voiced']
        assert opening.min() >= 0 and opening.max() <= 1
        assert opening[voiced > 0.45].mean() > 2 * opening[voiced < 0.05].mean()


def test_lips_close_for_a_hum():
    hums = np.concatenate([m.curves['opening'][m.curves['nasal'] > 0.4] for m in motions()])
    vowels = np.concatenate([m.curves['opening'][m.curves['voiced'] > 0.4] for m in motions()])
    assert len(hums) > 500 and np.median(hums) < 0.35 * np.median(vowels)


def test_the_voice_changes_faster_than_the_lips():
    for motion in motions(8):
        steepest = {
            name: np.abs(np.diff(motion.curves[name])).max() / np.ptp(motion.curves[name])
            for name in ('opening', 'voiced')
        }
        assert steepest['voiced'] > 2 * steepest['opening']


def test_bursts_come_at_the_release():
    checked = 0
    for motion in motions():
        starts = np.flatnonzero(np.diff((motion.curves['burst'] > 0).astype(int)) == 1) + 1
        for start in starts[(starts > 300) & (starts < len(motion.times) - 300)]:
            # Silent before, a vowel after.
            assert motion.curves['voiced'][start - 20] < 0.05
            assert motion.curves['voiced'][start + 40] > 0.1
            checked += 1
    assert checked > 40


def test_level_follows_the_voice():
    found = []
    for index in range(8):
        scene = build_talker(0, 'talkers', 'train', index)
        scene.audio_noise_db = -80.0
        wave = render_audio(scene, 0, 0, 4 * RATE).astype(float)
        level = np.sqrt(np.mean(wave.reshape(-1, RATE // 20) ** 2, axis=1))
        motion = scene.objects[0].motion
        middles = (np.arange(80) + 0.5) / 20
        heard = motion.drive + 0.5 * motion.curves['nasal']
        found.append(np.corrcoef(level, np.interp(middles, motion.times, heard))[0, 1])
    assert np.median(found) > 0.6


def test_a_clip():
    scene = build_talker(0, 'talkers', 'train', 5)
    entry = annotate(scene, 'x.mp4')
    assert entry['classes'] == ['talk'] and entry['objects'][0]['sounding']
    assert np.shape(entry['objects'][0]['boxes']) == (80, 4)
    frames = np.stack(list(render_frames(scene, 0)))
    assert frames.shape == (80, 128, 128, 3) and frames.dtype == np.uint8
    again = np.stack(list(render_frames(build_talker(0, 'talkers', 'train', 5), 0)))
    assert np.array_equal(frames, again)
