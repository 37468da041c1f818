# The visual tower of coattn_pretrain_demo.py and coattn_pretrain_grid.py in a stock Recognizer3D.
_base_ = '../../_base_/models/coattn_small.py'

model = dict(
    _delete_=True,
    type='Recognizer3D',
    backbone=_base_.model.backbone.visual,
    cls_head=dict(
        type='SegmentHead', num_classes=8, in_channels=64, dropout_ratio=0.5,
        average_clips='prob'),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=_base_.model.data_preprocessor.mean,
        std=_base_.model.data_preprocessor.std,
        format_shape='NCTHW'))
