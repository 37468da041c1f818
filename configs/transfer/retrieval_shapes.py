# Nearest neighbours of the test videos among all training videos of SoundingShapes, no training.
_base_ = [
    'mmaction::_base_/default_runtime.py', '_base_/runtime.py', '_base_/small_tower.py',
    '_base_/shapes.py'
]

model = dict(data_preprocessor=dict(type='MotionDataPreprocessor'))
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    dataset=dict(
        type='SoundingShapesDataset',
        data_root={{_base_.data_root}},
        tier='easy',
        split='train',
        num_clips={{_base_.num_clips}},
        on_unusable='error',
        test_mode=True,
        pipeline={{_base_.test_pipeline}}))
transfer = dict(
    protocol='retrieval',
    rule='No training; mean over time of the features and over 4 clips of a video, '
    'centred, L2-normalised, cosine; gallery: 400 training videos')
