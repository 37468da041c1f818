# Localisation without labels: goes on from a pretrained checkpoint with the pretext's own losses, but
# a heavier contrast over places, which is what similarity is read off. Test it as any other.
#   python tools/train.py configs/localization/finetune_demo.py --cfg-options load_from=CHECKPOINT
_base_ = 'sounding_shapes_medium.py'

max_epochs = 2

model = dict(cls_head=dict(contrast_weight=2.0, time_contrast=dict(min_steps=2)))

train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
optim_wrapper = dict(optimizer=dict(lr=5e-4))
param_scheduler = [
    dict(type='CosineAnnealingLR', by_epoch=True, begin=0, end=max_epochs,
         T_max=max_epochs, eta_min_ratio=0.01, convert_to_iter_based=True),
]
