# Early fusion on the raw waveform, as in Multisensory (Owens & Efros, ECCV 2018), made narrow;
# every frame keeps a step of its own until after the fusion, as in the other small networks.
_base_ = '../coattn_pretrain_demo.py'

model = dict(
    _delete_=True,
    type='EarlyFusionRecognizer',
    data_preprocessor=dict(
        type='WaveformDataPreprocessor',
        mean=[110.2, 100.6, 96.0],
        std=[58.0, 56.2, 56.5],
        log_mel=dict(sample_rate=16000),
        subtract_mean_frame=True),
    backbone=dict(
        type='EarlyFusionNet',
        base_channels=8,
        stem_stride=(1, 2, 2),
        stem_pool=False,
        stage_strides=((1, 2, 2), (1, 1, 1), (2, 2, 2), (1, 2, 2)),
        audio_strides=(4, 4, 4, 2)),
    cls_head=dict(type='FusedHead', in_channels=64),
    test_cfg=dict(blind_controls=True))
