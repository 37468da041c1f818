# Nearest neighbours of the test videos among the training videos, UCF101, no training.
_base_ = 'probe_ucf101.py'

transfer = dict(protocol='retrieval', rule=_base_.rules.retrieval)
