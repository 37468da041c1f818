# Words of GRID's sentences from the video of the lower face alone: lip reading, one speaker.
# A file's name is its sentence.
_base_ = '../../_base_/datasets/grid_s1.py'

# Options of each task. A sentence has its words in a fixed order, and is spoken between 0.6 and
# 2.1 s of its 3 s (loudness of the training files): the first two words lie in the first part.
first_words, last_words = (0.32, 1.84), (1.0, 2.52)

train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    dataset=dict(
        type='FewShotDataset',
        num_per_class=60,
        dataset=dict(
            type='GridWordsDataset',
            data_root=_base_.data_root,
            ann_file='train.csv',
            hint=_base_.data_hint,
            on_unusable='error')))
test_dataloader = dict(
    batch_size=8,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='GridWordsDataset',
        data_root=_base_.data_root,
        ann_file='val.csv',
        hint=_base_.data_hint,
        on_unusable='error',
        test_mode=True))
