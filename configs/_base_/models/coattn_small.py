# Small network for a CPU: 0.24 M parameters; 48 px make 6 x 6 locations. The mean frame of a clip is
# subtracted, so that the tower sees what moves.
model = dict(
    type='AudioVisualRecognizer',
    data_preprocessor=dict(
        type='AudioVisualDataPreprocessor',
        log_mel=dict(
            sample_rate=16000, n_fft=512, win_length=400, hop_length=160, n_mels=64,
            mean=-5.0, std=4.0),
        mean=[110.2, 100.6, 96.0],
        std=[58.0, 56.2, 56.5],
        subtract_mean_frame=True),
    backbone=dict(
        type='AudioVisualBackbone',
        bf16=True,  # in training, where the CPU has the instructions
        visual=dict(
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
        audio=dict(
            type='AudioResNet', base_channels=16, stage_blocks=(1, 1, 1),
            strides=((2, 1), (2, 2), (1, 1)))),
    # module: AGA (locations compete), VGA (frequency bands) or CMA (pairs of both).
    neck=dict(type='CoAttentionNeck', in_channels=(64, 64), embed_dims=64, module='AGA'),
    cls_head=dict(type='MatchHead', loss_contrast=dict(type='TimeContrastLoss')),
    # Maps of where a sound is made show whole objects (configs/localization/README.md).
    test_cfg=dict(blind_controls=True, map_refiner=dict(type='MovingSourceMap')))
