import torch


def test_half_precision_and_nothing_else(tmp_path, here):
    state = {'a.weight': torch.randn(8, 4), 'a.steps': torch.tensor(3)}
    torch.save(dict(state_dict=state, optimizer=dict(lr=1.0)), tmp_path / 'epoch_1.pth')
    out = tmp_path / 'new/small.pth'
    done = here('model_converters/ship_network.py', tmp_path / 'epoch_1.pth', out)
    assert done.code == 0 and '0.00 M values' in done.out, done
    written = torch.load(out, weights_only=True)
    assert set(written) == {'state_dict'}
    torch.testing.assert_close(written['state_dict']['a.weight'], state['a.weight'].half())
    assert written['state_dict']['a.steps'] == 3
