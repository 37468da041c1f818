# One speaker of GRID (Cooke et al. 2006): what pretraining and transfer share.
# Expects <data_root>/train.csv and val.csv with a column `file`, relative to <data_root>, and
# frames of 240 x 240 px, cut at (60, 48) from the 360 x 288 px of the originals.
data_root = '{{$MMAV_DATA_ROOT:data/grid_s1}}'
data_hint = (
    'This recipe reads one speaker of the GRID corpus: put the videos of speaker s1, cropped to '
    '240 x 240 px, into videos/ of that folder, and write two tables train.csv and val.csv beside '
    'it, whose first line is `file` and whose others name one video each, such as '
    'videos/bbaf2n.mp4 (the commands: GRID in tools/data/README.md).')
# Lower face as fractions (x0, y0, x1, y1) of the frame: 112 px of 240 around the mouth.
lower_face = (0.267, 0.454, 0.733, 0.921)
