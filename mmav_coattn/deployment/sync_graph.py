"""What goes into the exported graph: everything from pixels and samples to score and map."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from mmav_coattn.models.necks import CoAttentionNeck
from mmav_coattn.models.recognizers.audio_visual_recognizer import AudioVisualRecognizer

from .matrix_log_mel import MatrixLogMel


class SyncGraph(nn.Module):
    """Frames and waveforms in, sync logits and attention weights out.

    Normalisation, log-mel spectrogram, towers, neck and head are all inside, so that whoever runs
    the graph decodes, scales and resamples, and needs none of our settings. The network given is
    copied and stays as it is.

    ::

        frames (N, 3, T, H, W) uint8 -- normalise -- visual tower -+
                                                                   +- neck - head - logits (N,)
        waveforms (N, S) float32 ------- log-mel --- audio tower --+     |
                                                                     weights (N, H', W')

    Args:
        model (AudioVisualRecognizer): The trained network.
    """

    def __init__(self, model: AudioVisualRecognizer) -> None:
        super().__init__()
        self.model = copy.deepcopy(model).cpu().eval()
        preprocessor = self.model.data_preprocessor
        preprocessor.log_mel = MatrixLogMel(preprocessor.log_mel)
        # A matter of speed in PyTorch; in a graph it would be copies.
        self.model.backbone.channels_last = False
        #: Whether there is a map of where the audio is made.
        self.has_map = isinstance(self.model.neck, CoAttentionNeck)

    @torch.no_grad()
    def forward(self, frames: Tensor, waveforms: Tensor) -> tuple[Tensor, ...]:
        """Judge the audio of N clips.

        Args:
            frames (Tensor): RGB, uint8, (N, 3, T, H, W).
            waveforms (Tensor): Mono, float32 in [-1, 1], (N, S).

        Returns:
            tuple[Tensor, ...]: Logits (N,), above 0 where in sync, and the weights by which the
            network decides (N, H', W'), which sum to 1.
        """
        inputs = self.model.data_preprocessor.preprocess(frames, waveforms)
        features, _ = self.model.extract_feat(inputs)
        logits = self.model.cls_head.predict(features)[:, 0]
        return (logits, features.attention[:, 0, 0].float()) if self.has_map else (logits,)
