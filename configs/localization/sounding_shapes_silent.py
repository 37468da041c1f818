# Does anything in sight make the sound? SoundingShapes `medium`, each clip a second time with audio
# that nothing in its video makes: room noise as of the set, and the audio of another clip, in turn.
_base_ = 'sounding_shapes_medium.py'

test_dataloader = dict(dataset=dict(silent_clips=dict(kinds=('noise', 'off_screen'))))
