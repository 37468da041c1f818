# Sharper cross-modal attention: its products doubled.
_base_ = 'coattn_hard.py'

model = dict(neck=dict(temperature=0.5))
