from unittest.mock import Mock

import pytest
import torch
from models.tiny import NECK, random_inputs, recognizer

from mmav_coattn.models.maps import Sources, explain_away
from mmav_coattn.models.maps.explain_away import APART, shares


@pytest.fixture
def network():
    model = recognizer(neck=dict(NECK, mask=True)).eval()
    inputs = random_inputs()
    features, _ = model.extract_feat(inputs)
    return model, inputs, features


def test_sources_lie_apart_and_share_the_frame(network):
    model, inputs, features = network
    sources = explain_away(model, inputs, features, 2)
    clips, grid = len(inputs['imgs']), features.grid
    assert sources.evidence.shape == sources.owned.shape == (clips, 2, *grid)
    assert sources.masks.shape == (clips, 2, *inputs['log_mels'].shape[1:])
    assert torch.equal(sources.owned.sum(dim=1), torch.ones(clips, *grid, dtype=torch.long))
    # The first source is what the network decides by.
    torch.testing.assert_close(sources.evidence[:, 0].flatten(1), features.evidence[:, 0])
    torch.testing.assert_close(sources.scores[:, 0], features.evidence[:, 0].amax(dim=1))
    for clip in range(clips):
        found = [sources.evidence[clip, k] == sources.scores[clip, k] for k in range(2)]
        spots = [torch.nonzero(each)[0].float() for each in found]
        assert (spots[0] - spots[1]).norm() / max(grid) >= APART
        assert all(sources.owned[clip, k][each].all() for k, each in enumerate(found))
    # Below all others where another source is nearer.
    maps = sources.maps
    assert (maps[~sources.owned] < sources.evidence.amin(dim=(-2, -1)).max()).all()
    torch.testing.assert_close(maps[sources.owned], sources.evidence[sources.owned])


def test_counts_and_shares_of_the_sources_that_match():
    scores = torch.tensor([[1.0, 0.5, -0.1], [1.0, -0.2, 0.3], [-1.0, -2.0, -3.0], [3.0, 2.0, 1.0]])
    masks = torch.tensor([0.6, 0.3, 0.2]).expand(4, 3)[..., None, None].clone()
    sources = Sources(*(torch.zeros(4, 3, 2, 2),) * 2, scores, masks)
    assert sources.count.tolist() == [2, 1, 0, 3]
    masks[3] = 0
    found = shares(masks, sources.count)[..., 0, 0]
    torch.testing.assert_close(found[0], torch.tensor([0.36, 0.09, 0]) / 0.45)
    torch.testing.assert_close(found[1:3], torch.tensor([[1.0, 0, 0]] * 2))  # one at least
    assert found[3].tolist() == [0, 0, 0]


def test_what_is_explained_is_taken_out(network, monkeypatch):
    model, inputs, features = network
    inputs['log_mels'] -= 13  # in part nearly silent
    forward = Mock(wraps=model.backbone.forward_audio)
    monkeypatch.setattr(model.backbone, 'forward_audio', forward)
    share = torch.full_like(inputs['log_mels'], 0.6)
    monkeypatch.setattr(model.neck, 'separate', lambda mels, features, chosen: share.logit())
    explain_away(model, inputs, features, 3)
    log_mel = model.data_preprocessor.log_mel
    power = log_mel.to_power(inputs['log_mels'])
    # Twice, as the mixture was heard before.
    for call, left in zip(forward.call_args_list, (0.64, 0.64**2), strict=True):
        expected = (left * power).clamp(min=1e-6)
        torch.testing.assert_close(log_mel.to_power(*call.args), expected, rtol=1e-4, atol=0)
