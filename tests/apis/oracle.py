"""A network that needs no training: flashes of the frame against clicks of the audio.

Only what the file holds tells it anything, so an offset found with it shows that both streams were
taken at the right times.
"""

from contextlib import nullcontext

import torch
from mmengine.dataset import Compose
from models.tiny import MODEL, recognizer
from torch import nn
from torch.nn import functional as F

from mmav_coattn.apis.clip_settings import ClipSettings

SETTINGS = ClipSettings(
    clip_seconds=1.6,
    audio_seconds=3.2,
    num_frames=40,
    sample_rate=16000,
    min_level=-70.0,
    short_side=720,
    box=(0.0, 0.0, 1.0, 1.0),
    spatial=Compose([]),
)
#: Brightness above which a quarter of the frame is lit, and level of a click, log power.
LIT, LOUD = 240, 0.0
#: Spectra in which a click counts as one: the time of a frame.
NEAR = 5


class Towers(nn.Module):
    """Brightness of the four quarters of the frame; loudness of each spectrum."""

    fast_inference = nullcontext

    def forward_visual(self, imgs):
        """(N, 3, T, H, W) -> (N, 1, T, 2, 2)."""
        return F.adaptive_avg_pool3d(imgs.mean(dim=1, keepdim=True), (imgs.shape[2], 2, 2))

    def forward_audio(self, log_mels):
        """(N, F, T) -> (N, 1, 1, T)."""
        return F.max_pool1d(log_mels.amax(dim=1, keepdim=True), NEAR, 1, NEAR // 2)[:, None]


def one_hot(on):
    """(N, ...) boolean -> (N, ..., 2) unit vectors, the same where both are on or both are off."""
    return torch.stack([on, ~on], dim=-1).float()


def oracle():
    """An :class:`AudioVisualRecognizer` of these towers, whose tokens and vectors are by hand."""
    neck = dict(MODEL['neck'], centre_time=False)
    preprocessor = dict(
        type='AudioVisualDataPreprocessor', mean=[0] * 3, std=[1] * 3, log_mel=dict(mean=0, std=1)
    )
    model = recognizer(neck=neck, data_preprocessor=preprocessor).eval()
    model.backbone = Towers()
    model.neck.visual_tokens = lambda x, is_centred: x.permute(0, 2, 3, 4, 1).flatten(2, 3)
    model.neck.audio_tokens = lambda x, is_centred: x.permute(0, 3, 2, 1)
    model.neck.match.embed_visual = lambda tokens: one_hot(tokens[..., 0] > LIT)
    model.neck.match.embed_audio = lambda tokens: one_hot(tokens[..., 0] > LOUD)
    model.cls_head.gain.data.fill_(80.0)
    return model
