# Ours at full size, with place scope: the evidence of the whole clip decides where the sound looks.
_base_ = '../coattn_pretrain.py'

model = dict(neck=dict(scope='place'))
