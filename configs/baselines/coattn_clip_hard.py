# Clip scope: a query sees the tokens of all times, less the farther they are from its own.
_base_ = 'coattn_hard.py'

model = dict(neck=dict(scope='clip'))
