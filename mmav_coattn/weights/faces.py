# Written by tools/model_converters/ship_network.py.
default_scope = 'mmaction'
face_crop = dict(down=0.78, width=1.04)
model = dict(
    backbone=dict(
        audio=dict(
            base_channels=16,
            stage_blocks=(
                1,
                1,
                1,
            ),
            strides=(
                (
                    1,
                    1,
                ),
                (
                    2,
                    2,
                ),
                (
                    2,
                    1,
                ),
            ),
            type='AudioResNet'),
        bf16=True,
        type='AudioVisualBackbone',
        visual=dict(
            base_channels=16,
            conv1_kernel=(
                3,
                5,
                5,
            ),
            conv1_stride_t=1,
            depth=18,
            dilations=(
                1,
                1,
                1,
            ),
            inflate=(
                1,
                0,
                0,
            ),
            num_stages=3,
            out_indices=(2, ),
            pretrained2d=False,
            spatial_strides=(
                2,
                2,
                1,
            ),
            stage_blocks=(
                1,
                1,
                1,
            ),
            temporal_strides=(
                1,
                1,
                1,
            ),
            type='ResNet3d',
            with_pool1=False,
            with_pool2=False)),
    cls_head=dict(
        loss_contrast=dict(type='TimeContrastLoss'), type='MatchHead'),
    data_preprocessor=dict(
        log_mel=dict(
            hop_length=160,
            mean=-5.0,
            n_fft=512,
            n_mels=64,
            sample_rate=16000,
            std=4.0,
            win_length=400),
        mean=[
            110.2,
            100.6,
            96.0,
        ],
        std=[
            58.0,
            56.2,
            56.5,
        ],
        subtract_mean_frame=True,
        type='AudioVisualDataPreprocessor'),
    neck=dict(
        embed_dims=64,
        in_channels=(
            64,
            64,
        ),
        module='AGA',
        type='CoAttentionNeck'),
    test_cfg=dict(
        blind_controls=True, map_refiner=dict(type='MovingSourceMap')),
    type='AudioVisualRecognizer')
test_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(
        audio_seconds=2.96,
        clip_seconds=1.6,
        grid=0.04,
        min_shift=0.4,
        num_negatives=1,
        test_mode=True,
        type='SampleSyncWindows'),
    dict(num_frames=40, type='LoadFrames'),
    dict(box=(
        0.267,
        0.454,
        0.733,
        0.921,
    ), type='FixedCrop'),
    dict(keep_ratio=False, scale=(
        56,
        56,
    ), type='Resize'),
    dict(input_format='NCTHW', type='FormatShape'),
    dict(sample_rate=16000, type='LoadAudio'),
    dict(type='PackAudioVisualInputs'),
]
