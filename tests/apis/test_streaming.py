import pytest
import torch

from mmav_coattn.apis.streaming import clip_starts, moving_means, with_context

SIZES = [[23], [5, 5, 5, 8], [1] * 23, [3, 20]]


def test_clips_lie_inside():
    assert clip_starts(torch.arange(6), 4, 6).tolist() == [0, 0, 0, 1, 2, 2]


@pytest.mark.parametrize('sizes', SIZES)
@pytest.mark.parametrize('length', [1, 4, 7, 23, 40])
def test_moving_means(sizes, length):
    x = torch.randn(23, 2, 3)
    found = list(moving_means(x.split(sizes), length))
    steps, means = (torch.cat(part) for part in zip(*found, strict=True))
    size = min(length, 23)
    starts = clip_starts(torch.arange(23), length, 23)
    wanted = torch.stack([x[s : s + size].mean(dim=0) for s in starts])
    torch.testing.assert_close(steps, x)
    torch.testing.assert_close(means, wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize('sizes', SIZES)
@pytest.mark.parametrize(('size', 'context'), [(4, 2), (7, 0), (50, 3)])
def test_with_context(sizes, size, context):
    x = torch.arange(23)
    begin = 0
    for window, inner in with_context(x.split(sizes), size, context):
        count = min(size, 23 - begin)
        assert window[inner].tolist() == list(range(begin, begin + count))
        low, high = max(begin - context, 0), min(begin + count + context, 23)
        assert window.tolist() == list(range(low, high))
        begin += count
    assert begin == 23
