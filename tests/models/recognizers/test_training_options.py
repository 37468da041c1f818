"""Mixed precision and torch.compile against the plain network."""

import pytest
import torch
from models.tiny import recognizer


@pytest.fixture
def inputs():
    torch.manual_seed(1)
    return dict(
        imgs=torch.randn(2, 3, 8, 32, 32), log_mels=torch.randn(2, 2, 64, 51), clip_seconds=0.5
    )


def make():
    torch.manual_seed(0)
    return recognizer().train()


def gradients(model, logits):
    labels = torch.tensor([[1.0, 0.0]]).expand(2, 2)
    loss = model.cls_head.loss_by_logits(logits.float(), labels)['loss_sync']
    loss.backward()
    return loss.item(), torch.cat([p.grad.flatten() for p in model.parameters()])


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_mixed_precision(inputs, dtype):
    plain, mixed = make(), make()
    loss, reference = gradients(plain, plain(inputs, mode='tensor'))
    with torch.autocast('cpu', dtype=dtype):
        logits = mixed(inputs, mode='tensor')
    assert logits.dtype in (dtype, torch.float32)
    mixed_loss, ours = gradients(mixed, logits)
    assert mixed_loss == pytest.approx(loss, rel=0.02)
    assert torch.isfinite(ours).all()
    # Eight bits of mantissa through some twenty layers keep the direction.
    assert torch.cosine_similarity(ours, reference, dim=0) > 0.9


def test_compiled_without_a_break(inputs):
    plain, traced = make(), make()
    loss, reference = gradients(plain, plain(inputs, mode='tensor'))
    compiled = torch.compile(traced, backend='aot_eager', fullgraph=True)
    compiled_loss, ours = gradients(traced, compiled(inputs, mode='tensor'))
    assert compiled_loss == pytest.approx(loss, abs=1e-5)
    torch.testing.assert_close(ours, reference, rtol=1e-3, atol=1e-5)
