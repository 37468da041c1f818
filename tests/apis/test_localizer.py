"""Locations that are planted in an embedding; whole files go through ``test_inferencer.py``."""

import numpy as np
import pytest
import torch
from planted import CLIP, embedding, network
from torch import nn

from mmav_coattn.apis.localizer import coarse_weights, find_sound


def test_planted_location():
    source = 1
    file = embedding(lambda s: s, source=source)
    found = find_sound(network(), file)
    assert found.attention.shape == (60, 2, 3) and found.box == file.box
    assert (found.attention.reshape(60, 6).argmax(axis=1) == source).all()
    assert found.attention.reshape(60, 6)[:, source].min() > 0.95
    np.testing.assert_array_equal(found.times, file.times)
    assert found.scores.min() > 5 and found.visible
    # The other file's audio explains nothing.
    other = find_sound(network(), embedding(lambda s: -1, source=source))
    assert other.scores.max() < 0 and not other.visible
    assert (other.attention == np.float32(1 / 6)).all()


def test_a_source_out_of_sync_is_visible():
    late = find_sound(network(), embedding(lambda s: s - 5))
    assert late.scores.max() < 0 and late.visible
    # Its offset is farther than is looked for.
    assert not find_sound(network(), embedding(lambda s: s - 40, total=90)).visible


@torch.no_grad()
@pytest.mark.parametrize('module', ['AGA', 'VGA', 'CMA'])
def test_a_file_of_one_clip_has_the_weights_of_the_network(module):
    model, file = network(module), embedding(lambda s: s, total=CLIP)
    found = find_sound(model, file)
    features = model.neck.compare(file.visual[None], file.audio[None, None], (2, 3))
    np.testing.assert_allclose(found.attention, features.attention[0, 0], atol=1e-5)
    np.testing.assert_allclose(found.scores, model.cls_head(features).item(), atol=1e-4)


def test_uniform_maps_without_audible_audio():
    file = embedding(lambda s: s)
    file.audible[20:36] = False
    found = find_sound(network(), file)
    silent = np.isnan(found.scores)
    assert np.flatnonzero(silent).tolist() == list(range(21, 36))
    assert (found.attention[silent] == 1 / 6).all()


class Refiner(nn.Module):
    """Brings the map to 4 x 6; notes what it is given."""

    seen: list = []

    def forward(self, maps, frames):
        self.seen.append((tuple(maps.shape), int(frames[0, 0, 0, 0, 0]), maps.amax().item()))
        return maps.exp().repeat_interleave(2, dim=-2).repeat_interleave(2, dim=-1)


def test_maps_are_refined_a_clip_at_a_time():
    model, file = network(), embedding(lambda s: s, total=40)
    model.map_refiner = Refiner()
    coarse = find_sound(model, file)  # without frames
    assert coarse.attention.shape == (40, 2, 3) and not model.map_refiner.seen
    frames = torch.arange(40, dtype=torch.uint8)[:, None, None, None].expand(-1, 3, 8, 8)
    found = find_sound(model, file._replace(frames=frames))
    # The third clip ends with the file.
    shapes, firsts, highest = zip(*model.map_refiner.seen, strict=True)
    assert set(shapes) == {(1, 1, CLIP, 2, 3)} and firsts == (0, 16, 24)
    # What is refined is the evidence, at most log T nats.
    assert 1 < min(highest) and max(highest) < np.log(CLIP)
    assert found.attention.shape == (40, 4, 6)
    np.testing.assert_allclose(found.attention.sum(axis=(1, 2)), 1, rtol=1e-5)
    assert (found.attention.reshape(40, 24).argmax(axis=1) == 2 * 6 + 2).all()
    np.testing.assert_allclose(found.scores, coarse.scores)
    few = embedding(lambda s: s, total=10)._replace(frames=frames[:10])  # less than a clip
    assert find_sound(model, few).attention.shape == (10, 4, 6)


def test_fine_weights_are_averaged_and_still_sum_to_one():
    weights = torch.rand(3, 8, 12)
    expected = weights.unflatten(-1, (4, 3)).unflatten(-3, (4, 2)).sum(dim=(-3, -1))
    torch.testing.assert_close(coarse_weights(weights, most=4), expected)
    assert coarse_weights(weights, most=12) is weights
    # A grid that does not divide keeps its sums.
    torch.testing.assert_close(coarse_weights(weights, most=5).sum((-2, -1)), weights.sum((-2, -1)))
