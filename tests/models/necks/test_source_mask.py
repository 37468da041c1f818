import torch

from mmav_coattn.models.necks.source_mask import SourceMask


def test_shape_and_reach():
    mask = SourceMask(in_channels=6, query_channels=5).eval()
    log_mels, tokens = torch.randn(2, 64, 81), torch.randn(2, 21, 8, 6)
    query = torch.randn(2, 21, 5)
    logits = mask(log_mels, tokens, query)
    assert logits.shape == (2, 64, 81)
    # A step of the location reaches two steps of its own convolution and two of the context, and
    # half a step of the interpolation, 4 frames a step.
    changed = query.clone()
    changed[:, 10] += 1
    moved = (mask(log_mels, tokens, changed) - logits).abs().amax(dim=(0, 1)) > 1e-6
    first, last = moved.nonzero().flatten()[[0, -1]].tolist()
    assert 4 * (10 - 5) - 1 <= first < 40 < last <= 4 * (10 + 6) + 2
    # Each clip by itself.
    torch.testing.assert_close(mask(log_mels[1:], tokens[1:], query[1:]), logits[1:])
