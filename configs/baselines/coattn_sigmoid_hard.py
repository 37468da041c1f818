# Sigmoid attention: places do not compete (Ramapuram et al. 2024).
_base_ = 'coattn_hard.py'

model = dict(neck=dict(activation='sigmoid'))
