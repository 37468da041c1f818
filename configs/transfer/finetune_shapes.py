# Fine-tuning: motions of SoundingShapes from video, 10 labelled videos a class, 200 steps.
_base_ = [
    '_base_/runtime.py', '_base_/small_tower.py', '_base_/shapes.py', '_base_/finetune.py'
]

max_epochs = 40
model = dict(
    data_preprocessor=dict(type='MotionDataPreprocessor'),
    # As in the probe: what swings leaves the mean as it is.
    cls_head=dict(deviation=True))
# The whole frame, as in testing: the share of it that moves is in every mean over its locations.
train_pipeline = [
    *_base_.read,
    dict(type='TemporalCrop', num_frames=_base_.num_frames),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=('filename', )),
]
train_dataloader = dict(
    batch_size=16,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(dataset=dict(test_mode=False, pipeline=train_pipeline)))
val_dataloader = _base_.test_dataloader
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
default_hooks = dict(checkpoint=dict(interval=16, max_keep_ckpts=1, save_best=None))
# The classifier begins at random and has few steps.
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'cls_head': dict(lr_mult=5.0)}))
transfer = dict(
    protocol='finetune', rule='Last epoch; mean of the probabilities of 4 clips of a video')
