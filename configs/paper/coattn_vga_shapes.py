# The literal form with VGA alone.
_base_ = 'coattn_cma_shapes.py'

model = dict(neck=dict(module='VGA'))
