# Full-size network. The visual tower is MC3-18 (Tran et al., CVPR 2018): 3-D convolutions in the
# stem and the first stage, 2-D ones after that, no stride in time; 112 px make 7 x 7 locations.
model = dict(
    type='AudioVisualRecognizer',
    data_preprocessor=dict(
        type='AudioVisualDataPreprocessor',
        mean=[110.2, 100.6, 96.0],
        std=[58.0, 56.2, 56.5],
        log_mel=dict(
            sample_rate=16000, n_fft=512, win_length=400, hop_length=160, n_mels=64,
            mean=-5.0, std=4.0)),
    backbone=dict(
        type='AudioVisualBackbone',
        visual=dict(
            type='ResNet3d',
            depth=18,
            inflate=((1, 1), (0, 0), (0, 0), (0, 0)),
            conv1_kernel=(3, 7, 7),
            conv1_stride_t=1,
            with_pool1=False,
            with_pool2=False,
            temporal_strides=(1, 1, 1, 1),
            pretrained2d=False),
        audio=dict(type='AudioResNet', base_channels=48)),
    # module: AGA (locations compete), VGA (frequency bands) or CMA (pairs of both).
    neck=dict(type='CoAttentionNeck', in_channels=(512, 384), embed_dims=256, module='AGA'),
    cls_head=dict(type='MatchHead', loss_contrast=dict(type='TimeContrastLoss')),
    test_cfg=dict(blind_controls=True))
