# The visual tower of coattn_pretrain_demo.py and coattn_pretrain_grid.py in a stock Recognizer3D.
model = dict(
    type='Recognizer3D',
    backbone=dict(
        type='ResNet3d',
        depth=18,
        num_stages=3,
        stage_blocks=(1, 1, 1),
        base_channels=16,
        out_indices=(2, ),
        conv1_kernel=(3, 5, 5),
        conv1_stride_t=1,
        with_pool1=False,
        with_pool2=False,
        spatial_strides=(2, 2, 1),
        temporal_strides=(1, 1, 1),
        dilations=(1, 1, 1),
        inflate=(1, 0, 0),
        pretrained2d=False),
    cls_head=dict(
        type='SegmentHead', num_classes=8, in_channels=64, dropout_ratio=0.5,
        average_clips='prob'),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[110.2, 100.6, 96.0],
        std=[58.0, 56.2, 56.5],
        format_shape='NCTHW'))
