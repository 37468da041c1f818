# Nearest neighbours of the test videos among the training videos, HMDB51, no training.
_base_ = 'probe_hmdb51.py'

transfer = dict(protocol='retrieval', rule=_base_.rules.retrieval)
