# Does the map stay empty where nothing in sight makes the audio? SoundingShapes `medium`, each clip
# with its own audio and with silence, room noise and the audio of another clip.
_base_ = 'sounding_shapes_medium.py'

model = dict(
    neck=dict(mask=True),  # a checkpoint of coattn_pretrain_sources.py
    test_cfg=dict(map_refiner=None, return_map='evidence'))  # nats; 0 is chance
test_dataloader = dict(
    dataset=dict(silent_clips=dict(kinds=('silence', 'noise', 'off_screen'))))
# Chosen on 25 validation clips. For another network, choose it again:
# --cfg-options test_dataloader.dataset.split=val test_evaluator.map_threshold=choose
test_evaluator = dict(map_threshold=0.77)
