# Group normalisation everywhere: nothing depends on the other clips of a batch.
_base_ = 'coattn_hard.py'

norm_cfg = dict(type='GN', num_groups=8)

model = dict(
    # mmaction2 begins residual branches at zero by the name of their batch normalisation.
    backbone=dict(
        visual=dict(norm_cfg=norm_cfg, zero_init_residual=False), audio=dict(norm_cfg=norm_cfg)),
    neck=dict(norm='group'),
    cls_head=dict(norm='group'))
