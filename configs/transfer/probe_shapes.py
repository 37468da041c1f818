# Linear classifier on the frozen tower: motions of SoundingShapes, 10 labelled videos a class.
_base_ = [
    'mmaction::_base_/default_runtime.py', '_base_/runtime.py', '_base_/small_tower.py',
    '_base_/shapes.py'
]

model = dict(data_preprocessor=dict(type='MotionDataPreprocessor'))
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    dataset=dict(
        type='FewShotDataset',
        num_per_class=10,
        dataset=dict(
            type='SoundingShapesDataset',
            data_root={{_base_.data_root}},
            tier='easy',
            split='train',
            num_clips={{_base_.num_clips}},
            on_unusable='error',
            test_mode=True,
            pipeline={{_base_.test_pipeline}})))
transfer = dict(
    protocol='probe',
    features=dict(deviation=True),
    rule='Frozen tower; features are the mean over 4 clips of a video; the penalty is chosen by '
    'cross-validation over the labelled videos')
