import pytest
import torch
from models.tiny import random_inputs, recognizer


def make():
    torch.manual_seed(0)
    return recognizer().train()


def gradients(model, logits):
    labels = torch.tensor([[1.0, 0.0]]).expand(2, 2)
    loss = model.cls_head.loss_sync(logits.float(), labels)
    loss.backward()
    return loss.item(), torch.cat([p.grad.flatten() for p in model.parameters()])


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_mixed_precision(dtype):
    plain, mixed, inputs = make(), make(), random_inputs()
    loss, reference = gradients(plain, plain(inputs, mode='tensor'))
    with torch.autocast('cpu', dtype=dtype):
        logits = mixed(inputs, mode='tensor')
    assert logits.dtype in (dtype, torch.float32)
    mixed_loss, found = gradients(mixed, logits)
    assert mixed_loss == pytest.approx(loss, rel=0.02)
    assert torch.isfinite(found).all()
    # Eight bits of mantissa through some twenty layers keep the direction.
    assert torch.cosine_similarity(found, reference, dim=0) > 0.9


def test_compiled_without_a_break():
    plain, traced, inputs = make(), make(), random_inputs()
    loss, reference = gradients(plain, plain(inputs, mode='tensor'))
    compiled = torch.compile(traced, backend='aot_eager', fullgraph=True)
    compiled_loss, found = gradients(traced, compiled(inputs, mode='tensor'))
    assert compiled_loss == pytest.approx(loss, abs=1e-5)
    torch.testing.assert_close(found, reference, rtol=1e-3, atol=1e-5)
