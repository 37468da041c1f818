# The literal form with AGA alone.
_base_ = 'coattn_cma_shapes.py'

model = dict(neck=dict(module='AGA'))
