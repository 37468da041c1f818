# Flickr-SoundNet with a checkpoint of the full recipe: Annotations/NAME.xml and videos/NAME.mp4 below
# data_root (or frames/NAME.jpg and audio/NAME.wav with layout='frames').
_base_ = 'vggss.py'

data_root = '{{$MMAV_DATA_ROOT:data/flickr_soundnet}}'
data_hint = 'Annotations, video and audio come from the authors of the set.'

test_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='FlickrSoundNetDataset',
        data_root=data_root,
        ann_file='Annotations',
        test_list=None,  # a file that names the clips of a common list
        layout='videos',
        silent_list=None,
        hint=data_hint,
        pipeline=_base_.test_pipeline))
