# Early fusion on the raw waveform, as in Multisensory (Owens & Efros, ECCV 2018), at its full size.
_base_ = '../coattn_pretrain.py'

model = dict(
    _delete_=True,
    type='EarlyFusionRecognizer',
    data_preprocessor=dict(
        type='WaveformDataPreprocessor',
        mean=[110.2, 100.6, 96.0],
        std=[58.0, 56.2, 56.5],
        log_mel=dict(sample_rate=16000)),
    backbone=dict(type='EarlyFusionNet'),
    cls_head=dict(type='FusedHead', in_channels=512),
    test_cfg=dict(blind_controls=True))
