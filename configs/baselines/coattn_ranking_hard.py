# The in-sync sound must also score highest among the sounds of its clip.
_base_ = 'coattn_hard.py'

model = dict(cls_head=dict(ranking_weight=0.5))
