# Words of GRID's sentences from the picture of the lower face alone: lip reading, one speaker.
# Expects <data_root>/train.csv and val.csv with a column `file`; a file's name is its sentence.
data_root = '{{$MMAV_DATA_ROOT:data/grid_s1}}'
data_hint = (
    'This recipe reads one speaker of the GRID corpus: download the videos of speaker s1 into '
    'videos/ of that folder, and write two tables train.csv and val.csv beside it, whose first '
    'line is `file` and whose others name one video each, such as videos/bbaf2n.mp4.')
# What is decoded once lies in this folder.
frame_cache = '{{$MMAV_FRAME_CACHE:work_dirs/frames}}'
# As in coattn_pretrain_grid.py.
lower_face = (0.267, 0.454, 0.733, 0.921)

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
            data_root=data_root,
            ann_file='train.csv',
            hint=data_hint,
            on_unusable='error')))
test_dataloader = dict(
    batch_size=8,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='GridWordsDataset',
        data_root=data_root,
        ann_file='val.csv',
        hint=data_hint,
        on_unusable='error',
        test_mode=True))
