import torch
from mmaction.structures import ActionDataSample
from models.tiny import build


def test_motion_preprocessor_leaves_what_moves():
    settings = dict(mean=[10, 20, 30], std=[1, 2, 4], format_shape='NCTHW')
    inputs = dict(
        inputs=[torch.randint(0, 255, (2, 3, 4, 5, 5), dtype=torch.uint8)],
        data_samples=[ActionDataSample()],
    )
    moving = build(dict(type='MotionDataPreprocessor', **settings))(dict(inputs))['inputs']
    plain = build(dict(type='ActionDataPreprocessor', **settings))(dict(inputs))['inputs']
    assert moving.shape == (1, 2, 3, 4, 5, 5)
    torch.testing.assert_close(moving, plain - plain.mean(dim=3, keepdim=True))
    assert moving.mean(dim=3).abs().max() < 1e-4
