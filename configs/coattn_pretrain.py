# Full recipe: synchronisation pretext on 240,000 clips of AudioSet, 8 GPUs x 32 clips, AMP.
_base_ = [
    '_base_/models/coattn_mc3_18.py',
    '_base_/datasets/folder.py',
    '_base_/schedules/adamw_cosine.py',
    '_base_/av_runtime.py',
]

optim_wrapper = dict(type='AmpOptimWrapper', dtype='float16', loss_scale='dynamic')
auto_scale_lr = dict(enable=False, base_batch_size=256)
