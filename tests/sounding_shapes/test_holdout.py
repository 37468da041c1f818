import colorsys
from itertools import combinations

import numpy as np
import pytest

from mmav_coattn.sounding_shapes.actors import draw_look
from mmav_coattn.sounding_shapes.backgrounds import FAMILIES
from mmav_coattn.sounding_shapes.holdout import BANDS, MARGIN, NUM_BANDS
from mmav_coattn.sounding_shapes.sounds import MATERIALS, PITCH_RANGES
from mmav_coattn.sounding_shapes.spec import SPLITS
from mmav_coattn.sounding_shapes.wild import PITCHES, draw_scene


def split_of(value, low, high):
    """The split whose bands of [low, high] contain ``value``; None in a margin."""
    band, within = divmod((value - low) / (high - low) * NUM_BANDS, 1)
    inside = MARGIN - 1e-9 <= within <= 1 - MARGIN + 1e-9
    return next((split for split, bands in BANDS.items() if inside and band in bands), None)


def test_named_sets_are_disjoint():
    assert sorted(sum(BANDS.values(), ())) == list(range(NUM_BANDS))
    for sides in combinations(SPLITS, 2):
        for names in (
            lambda split: MATERIALS[split],
            lambda split: (modes for modes, _ in MATERIALS[split].values()),
            lambda split: (wall for wall, _ in FAMILIES[split]),
            lambda split: (floor for _, floor in FAMILIES[split]),
        ):
            assert not set.intersection(*(set(names(split)) for split in sides))


@pytest.mark.parametrize('split', SPLITS)
@pytest.mark.parametrize(('tier', 'pitches'), [('medium', PITCH_RANGES), ('wild', PITCHES)])
def test_scenes_use_only_their_split(tier, pitches, split):
    families = set()
    for index in range(16):
        scene = draw_scene(0, tier, split, index)
        hues = [scene.setting.wall_hue, scene.setting.floor_hue]
        look = draw_look(np.random.default_rng(index), split, 0.0)
        hues += [colorsys.rgb_to_hsv(*colour / 255)[0] for colour in (look.body, look.accent)]
        assert {split_of(hue, 0, 1) for hue in hues} == {split}
        timbre = scene.objects[0].timbre
        low, high = np.log(pitches[timbre.family])
        assert split_of(np.log(timbre.pitch), low, high) == split
        if tier == 'medium':
            families.add((scene.setting.wall, scene.setting.floor))
            assert timbre.modes in {(), *(modes for modes, _ in MATERIALS[split].values())}
    assert tier == 'wild' or families == set(FAMILIES[split])
