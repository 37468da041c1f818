# The sound weighs the channels of the picture before it looks for a place.
_base_ = 'coattn_hard.py'

model = dict(neck=dict(channel_attention=True))
