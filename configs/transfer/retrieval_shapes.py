# Nearest neighbours of the test videos among all training videos of SoundingShapes, no training.
_base_ = ['_base_/runtime.py', '_base_/small_tower.py', '_base_/shapes.py']

model = dict(data_preprocessor=dict(type='MotionDataPreprocessor'))
train_dataloader = dict(dataset=dict(_delete_=True, **_base_.train_dataloader.dataset.dataset))
transfer = dict(
    protocol='retrieval',
    rule='No training; mean over time of the features and over 4 clips of a video, '
    'centred, L2-normalised, cosine; gallery: 400 training videos')
