import pytest
import torch

from mmav_coattn.models.heads.fused_head import FusedFeatures, FusedHead


@torch.no_grad()
def test_logit_is_the_mean_of_the_activations():
    head, maps = FusedHead(3), torch.randn(2, 4, 3, 5, 2, 3)
    torch.nn.init.normal_(head.classify.weight)
    attention = head.activation_map(maps)
    assert attention.shape == (2, 4, 5, 2, 3)
    logits = head(FusedFeatures(maps, attention))
    for n in range(2):
        for j in range(4):
            activations = torch.einsum('c,cthw->thw', head.classify.weight[0], maps[n, j])
            expected = activations.mean() + head.classify.bias[0]
            assert logits[n, j].item() == pytest.approx(expected.item(), abs=1e-5)
            for t in range(5):
                share = activations[t].exp() / activations[t].exp().sum()
                torch.testing.assert_close(attention[n, j, t], share)
