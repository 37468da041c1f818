# Full recipe: synchronisation pretext on 240,000 clips of AudioSet, 8 GPUs x 32 clips, AMP.
_base_ = [
    '_base_/models/coattn_mc3_18.py', '_base_/datasets/folder.py',
    '_base_/schedules/small_cosine.py', '_base_/av_runtime.py'
]

train_cfg = dict(max_epochs=100)
optim_wrapper = dict(
    type='AmpOptimWrapper', dtype='float16', loss_scale='dynamic', optimizer=dict(lr=1e-3))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=0, end=2, convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=2, end=100, T_max=98, eta_min_ratio=0.01,
         convert_to_iter_based=True),
]
auto_scale_lr = dict(enable=False, base_batch_size=256)
