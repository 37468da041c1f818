"""The splits share no value: neither hue nor pitch, material or background."""

import colorsys
from itertools import combinations

import numpy as np
import pytest

from mmav_coattn.sounding_shapes.actors import draw_look
from mmav_coattn.sounding_shapes.backgrounds import FAMILIES
from mmav_coattn.sounding_shapes.holdout import BANDS, MARGIN, NUM_BANDS
from mmav_coattn.sounding_shapes.scene import build_scene
from mmav_coattn.sounding_shapes.sounds import MATERIALS, PITCH_RANGES
from mmav_coattn.sounding_shapes.spec import SPLITS


def split_of(value, low, high):
    """The split whose bands of [low, high] contain ``value``; None in a margin."""
    band, within = divmod((value - low) / (high - low) * NUM_BANDS, 1)
    inside = MARGIN - 1e-9 <= within <= 1 - MARGIN + 1e-9
    return next((split for split, bands in BANDS.items() if inside and band in bands), None)


def test_named_sets_are_disjoint():
    assert sorted(sum(BANDS.values(), ())) == list(range(NUM_BANDS))
    for one, other in combinations(SPLITS, 2):
        assert not set(MATERIALS[one]) & set(MATERIALS[other])
        assert not {m for m, _ in MATERIALS[one].values()} & {
            m for m, _ in MATERIALS[other].values()
        }
        for column in (0, 1):
            assert not {f[column] for f in FAMILIES[one]} & {f[column] for f in FAMILIES[other]}


@pytest.mark.parametrize('split', SPLITS)
def test_scenes_use_only_their_split(split):
    for index in range(16):
        scene = build_scene(0, 'medium', split, index)
        assert (scene.setting.wall, scene.setting.floor) in FAMILIES[split]
        look = draw_look(np.random.default_rng(index), split, 0.0)
        hues = [colorsys.rgb_to_hsv(*colour / 255)[0] for colour in (look.body, look.accent)]
        hues += [scene.setting.wall_hue, scene.setting.floor_hue]
        assert {split_of(hue, 0, 1) for hue in hues} == {split}
        timbre = scene.objects[0].timbre
        low, high = np.log(PITCH_RANGES[timbre.family])
        assert split_of(np.log(timbre.pitch), low, high) == split
        assert timbre.modes in {(), *(modes for modes, _ in MATERIALS[split].values())}
