# Linear classifier on the frozen tower: motions of SoundingShapes, 10 labelled videos a class.
_base_ = ['_base_/runtime.py', '_base_/small_tower.py', '_base_/shapes.py']

model = dict(data_preprocessor=dict(type='MotionDataPreprocessor'))
transfer = dict(
    protocol='probe',
    features=dict(deviation=True),
    rule='Frozen tower; features are the mean over 4 clips of a video; the penalty is chosen by '
    'cross-validation over the labelled videos')
