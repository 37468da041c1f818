import torch

from mmav_coattn.models.heads.concat_head import ConcatHead
from mmav_coattn.models.necks.co_attention_neck import CoAttentionFeatures


def test_each_step_is_judged_alone_and_logits_are_averaged():
    torch.manual_seed(0)
    head = ConcatHead(4, hidden_channels=8).eval()
    torch.nn.init.normal_(head.classify.weight)
    audio, visual = torch.randn(2, 3, 5, 4), torch.randn(2, 3, 5, 4)
    together = head(CoAttentionFeatures(audio, visual))
    steps = [
        head(CoAttentionFeatures(audio[:, :, t : t + 1], visual[:, :, t : t + 1])) for t in range(5)
    ]
    torch.testing.assert_close(together, torch.stack(steps).mean(dim=0))
    assert together.std() > 0.1
