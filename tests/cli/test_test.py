"""`mmav-coattn test`: checkpoints and names that cannot work; the rest is in test_train.py."""

import torch

from mmav_coattn.apis import AudioVisualInferencer


def test_what_cannot_be_used(folder_config, videos, tmp_path, here):
    (tmp_path / 'junk.pth').write_text('no weights\n')
    done = here('test.py', folder_config, tmp_path / 'junk.pth', '--dump', 'scores.json')
    assert done.sentence() == '--dump scores.json: the name must end with .pkl or .pickle.'
    done = here(
        *('test.py', folder_config, tmp_path / 'junk.pth', '--work-dir', tmp_path / 'run'),
        *('--cfg-options', f'data_root={videos}'),
    )
    assert done.sentence().startswith(f'{tmp_path}/junk.pth: not a checkpoint that torch can read')


def test_checkpoint_of_version_0_1(folder_config, videos, tmp_path, here):
    state = AudioVisualInferencer(str(folder_config)).model.state_dict()
    state['cls_head.time_contrast.log_scale'] = torch.zeros(())
    path = tmp_path / 'epoch_1.pth'
    torch.save(dict(state_dict=state, meta={}), path)
    sentence = (
        f'{path}: is of the network of version 0.1, which this version no longer has; train it '
        "again with one of this version's recipes."
    )
    done = here(
        *('test.py', folder_config, path, '--work-dir', tmp_path / 'run'),
        *('--cfg-options', f'data_root={videos}'),
    )
    assert done.sentence() == sentence
    done = here('sync.py', videos, '--config', folder_config, '--network', path)
    assert done.sentence() == sentence
