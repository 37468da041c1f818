# Early fusion on the raw waveform, as in Multisensory (Owens & Efros, ECCV 2018), made narrow; every
# frame keeps a step of its own until after the fusion, as in the other small networks.
_base_ = '../coattn_pretrain_demo.py'

model = dict(
    type='EarlyFusionRecognizer',
    backbone=dict(
        _delete_=True,
        type='EarlyFusionNet',
        base_channels=8,
        stem_strides=((1, 2, 2), (1, 1, 1)),
        stage_strides=((1, 2, 2), (1, 1, 1), (2, 2, 2), (1, 2, 2)),
        audio_strides=(4, 4, 4, 4, 2)),
    neck=None,
    cls_head=dict(_delete_=True, type='FusedHead', in_channels=64))
