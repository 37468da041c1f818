# Ours at full size, with place scope and attention by evidence.
_base_ = 'coattn_place_pretrain.py'

model = dict(cls_head=dict(time_contrast=dict(type='TimeContrast'), place_evidence=True))
