# The demo with place scope: the evidence of the whole clip decides where the sound looks.
_base_ = '../coattn_pretrain_demo.py'

model = dict(neck=dict(scope='place'))
