import torch

from mmav_coattn.models.heads.concat_head import ConcatHead
from mmav_coattn.models.necks import StreamFeatures


def test_each_step_is_judged_alone_and_logits_are_averaged():
    torch.manual_seed(0)
    head = ConcatHead(4, hidden_channels=8).eval()
    torch.nn.init.normal_(head.classify.weight)
    visual, audio = torch.randn(2, 3, 5, 4), torch.randn(2, 3, 5, 4)
    together = head(StreamFeatures(visual, audio))
    steps = [
        head(StreamFeatures(visual[:, :, t : t + 1], audio[:, :, t : t + 1])) for t in range(5)
    ]
    torch.testing.assert_close(together, torch.stack(steps).mean(dim=0))
    assert together.std() > 0.1


@torch.no_grad()
def test_nothing_multiplies_the_modalities():
    """Between the norms and the first ReLU the streams are added, each through its own weights."""
    head = ConcatHead(4, hidden_channels=8).eval()
    layer = head.fuse[0]
    torch.nn.init.constant_(layer.bias, 100.0)  # far above the bend
    torch.nn.init.normal_(head.classify.weight)
    visual, audio = torch.randn(1, 3, 5, 4), torch.randn(1, 3, 5, 4)
    nothing = torch.zeros_like(visual)
    both, one, other, none = (
        head(StreamFeatures(v, a))
        for v, a in ((visual, audio), (visual, nothing), (nothing, audio), (nothing, nothing))
    )
    torch.testing.assert_close(both - none, (one - none) + (other - none), atol=1e-3, rtol=1e-3)
    assert (one - none).abs().min() > 1e-3
