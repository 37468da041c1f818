"""What a seed gives never changes, in any tier: frames and audio beside those that were kept.

Coarsely, as versions of OpenCV and numpy differ in details. ``python test_same_seed.py`` writes the
file anew, after ``VERSION`` was raised or a tier added.
"""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from mmav_coattn.sounding_shapes import TIERS, draw_scene
from mmav_coattn.sounding_shapes.render import render_audio, render_frames

KEPT = Path(__file__).with_name('same_seed.txt')
#: Of each tier one clip; of some as many as show all classes and backgrounds, and all timbres.
COUNTS = {('easy', 'train'): 8, ('wild', 'train'): 12, ('medium', 'val'): 4, ('medium', 'test'): 4}
COUNTS |= {(tier, 'train'): 1 for tier in TIERS if tier not in ('easy', 'wild')}
CLIPS = [(*key, index) for key, count in COUNTS.items() for index in range(count)]
CLIPS.append(('wild', 'train', 22))  # the one with panels


def summary(tier, split, index):
    """Brightness of three frames in 4 x 4 fields; levels of the audio by 0.4 s and by 1 kHz."""
    scene = draw_scene(0, tier, split, index)
    frames = np.stack(list(islice(render_frames(scene, 0), 0, 21, 10)))
    wave = render_audio(scene, 0, 0, 64000).astype(float)
    bands = np.abs(np.fft.rfft(wave))[1:].reshape(8, -1) / 64000**0.5
    levels = [np.sqrt((x**2).mean(axis=1)) for x in (wave.reshape(10, -1), bands)]
    return frames.reshape(3, 4, 32, 4, 32, 3).mean(axis=(2, 4, 5)).ravel(), np.concatenate(levels)


@pytest.mark.parametrize('clip', CLIPS, ids=lambda clip: '-'.join(map(str, clip)))
def test_frames_and_audio_are_those_that_were_kept(clip):
    frames, levels = summary(*clip)
    kept = np.loadtxt(KEPT)[CLIPS.index(clip)]
    np.testing.assert_allclose(frames, kept[: len(frames)], atol=1.0)
    np.testing.assert_allclose(levels, kept[len(frames) :], rtol=0.03, atol=2e-4)


if __name__ == '__main__':
    np.savetxt(KEPT, [np.concatenate(summary(*clip)) for clip in CLIPS], fmt='%.5g')
