# Nearest neighbours of the test videos among the training videos, UCF101, no training.
_base_ = 'probe_ucf101.py'

transfer = dict(
    protocol='retrieval',
    rule='No training; mean feature of 10 clips of a video, centred, L2-normalised, cosine; '
    'gallery: training videos of the split; mean over the splits')
