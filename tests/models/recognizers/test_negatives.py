import pytest
import torch

from mmav_coattn.errors import ConfigError
from mmav_coattn.models.recognizers.negatives import borrow_negatives, check_negatives


def test_windows_of_other_clips_each_once():
    # Window k of clip i is 10 i + k.
    audios = (10 * torch.arange(4)[:, None] + torch.arange(4))[..., None].float()
    borrowed = borrow_negatives(audios)[..., 0]
    torch.testing.assert_close(borrowed[:, 0], audios[:, 0, 0])
    assert (borrowed[:, 1:] // 10 != torch.arange(4)[:, None]).all()
    assert sorted(borrowed.flatten().tolist()) == sorted(audios.flatten().tolist())
    assert borrowed[0].tolist() == [0, 31, 22, 13]


def test_one_clip_has_no_other():
    with pytest.raises(ConfigError, match='batch_size'):
        borrow_negatives(torch.zeros(1, 2, 5))
    with pytest.raises(ConfigError, match="'hard'"):
        check_negatives('hard')
