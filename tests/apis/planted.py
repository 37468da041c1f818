"""Embeddings of a file that does not exist, with a source that is known: for exact answers."""

import numpy as np
import torch
from models.tiny import recognizer
from torch.nn import functional as F

from mmav_coattn.apis.embedding import Embedding

STEP, CLIP = 0.04, 16
CHANNELS = 32


def network(module='AGA'):
    """A network whose neck is untrained; only its match and its competition are used."""
    neck = dict(type='CoAttentionNeck', in_channels=(16, 16), embed_dims=16, module=module)
    model = recognizer(neck=neck).eval()
    model.cls_head.gain.data.fill_(10.0)
    return model


def embedding(heard_at, total=60, grid=(2, 3), source=4, begin=0.5, audio_steps=None, seed=0):
    """Location ``source`` has one random vector a step; the audio has the one of another step.

    ``heard_at`` gives the video step that is heard at an audio step, which lie side by side; what
    is outside of the video is noise. There are ``total`` video steps, and as many ``audio_steps``.
    """
    random = torch.Generator().manual_seed(seed)
    visual = torch.randn(total, grid[0] * grid[1], CHANNELS, generator=random)
    audio_steps = range(total) if audio_steps is None else audio_steps
    audio = torch.randn(len(audio_steps), 1, CHANNELS, generator=random)
    for index, step in enumerate(audio_steps):
        seen = round(heard_at(step))
        if 0 <= seen < total:
            audio[index, 0] = visual[seen, source]
    known = dict(path='planted.mp4', step=STEP, clip_steps=CLIP, box=(0.0, 0.0, 1.0, 1.0), notes=[])
    return Embedding(
        **known,
        times=begin + (np.arange(total) + 0.5) * STEP,
        visual=F.normalize(visual, dim=-1),
        grid=grid,
        audio_times=begin + (np.array(audio_steps) + 0.5) * STEP,
        audio=F.normalize(audio, dim=-1),
        audible=np.ones(len(audio_steps), bool),
    )
