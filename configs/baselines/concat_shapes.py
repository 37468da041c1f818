# Plain concatenation as in L3-Net (Arandjelovic & Zisserman, ICCV 2017).
_base_ = 'maxpool_shapes.py'

model = dict(neck=dict(self_attention=False), cls_head=dict(type='ConcatHead'))
