"""What goes into the exported graph: everything from pixels and samples to score and map."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from mmav_coattn.models.recognizers.audio_visual_recognizer import AudioVisualRecognizer

from .matrix_log_mel import MatrixLogMel


class SyncGraph(nn.Module):
    """Frames and waveforms in, sync logits and attention map out.

    Normalisation, log-mel spectrogram, towers, neck and head are all inside, so that whoever runs
    the graph decodes, scales and resamples, and needs none of our settings. The network given is
    copied and stays as it is.

    ::

        frames (N, 3, T, H, W) uint8 ---- normalise ---- visual tower -+
                                                                       neck -- head -> logits (N, J)
        waveforms (N, J, S) float32 ------ log-mel ----- audio tower --+  |
                                                                          map (N, J, T', H', W')

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
        # Baselines have no blocks of co-attention.
        blocks = getattr(self.model.neck, 'blocks', None)
        #: Whether there is a map: not where the neck is VGA alone, or pools.
        self.has_map = bool(blocks) and blocks[-1].aga is not None

    @torch.no_grad()
    def forward(self, frames: Tensor, waveforms: Tensor) -> tuple[Tensor, ...]:
        """Judge J sounds against each of N clips.

        Args:
            frames (Tensor): RGB, uint8, (N, 3, T, H, W).
            waveforms (Tensor): Mono, float32 in [-1, 1], (N, J, S).

        Returns:
            tuple[Tensor, ...]: Logits (N, J), above 0 where in sync, and the map
            (N, J, T', H', W'), which sums to 1 over places at each time.
        """
        inputs = self.model.data_preprocessor.preprocess(frames, waveforms)
        features, _ = self.model.extract_feat(inputs, return_attention=self.has_map)
        logits = self.model.cls_head.predict(features)
        return (logits, features.attention.float()) if self.has_map else (logits,)
