"""What goes into the exported graph: everything from pixels and samples to score and map."""

import copy
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmav_coattn.models.data_preprocessors.log_mel import EPS, LogMelSpectrogram
from mmav_coattn.models.necks import CoAttentionNeck
from mmav_coattn.models.recognizers.audio_visual_recognizer import AudioVisualRecognizer


class SyncGraph(nn.Module):
    """Frames and waveforms in, sync logits and attention weights out.

    Normalisation, log-mel spectrogram, towers, neck and head are all inside: whoever runs the graph
    decodes, scales and resamples. The network given is copied.

    ::

        frames (N, 3, T, H, W) uint8 -- normalise -- visual tower -+
                                                                   +- neck - head - logits (N,)
        waveforms (N, S) float32 ------- log-mel --- audio tower --+     |
                                                                     weights (N, H', W')
    """

    def __init__(self, model: AudioVisualRecognizer) -> None:
        super().__init__()
        self.model = copy.deepcopy(model).cpu().eval()
        preprocessor = self.model.data_preprocessor
        preprocessor.log_mel = MatrixLogMel(preprocessor.log_mel)
        # A matter of speed in PyTorch; in a graph it would be copies.
        self.model.backbone.channels_last = False

    def forward(self, frames: Tensor, waveforms: Tensor) -> tuple[Tensor, ...]:
        """See :func:`clip_outputs`."""
        return clip_outputs(self.model, frames, waveforms)


@torch.no_grad()
def clip_outputs(
    model: AudioVisualRecognizer, frames: Tensor, waveforms: Tensor
) -> tuple[Tensor, ...]:
    """Logits (N,), above 0 where in sync, and weights (N, H', W'), which sum to 1, if it has them.

    Of RGB frames, uint8 (N, 3, T, H, W), and mono waveforms, float32 in [-1, 1], (N, S).
    """
    features, _ = model.extract_feat(model.data_preprocessor.preprocess(frames, waveforms))
    logits = model.cls_head.predict(features)[:, 0]
    has_map = isinstance(model.neck, CoAttentionNeck)
    return (logits, features.attention[:, 0, 0].float()) if has_map else (logits,)


class MatrixLogMel(LogMelSpectrogram):
    """The spectrogram of ``log_mel``, on the CPU, with the Fourier transform as a convolution.

    ONNX has an operation ``STFT``, but of complex numbers in a layout that not every runtime knows.
    A convolution with the windowed sines and cosines, hop as stride, is the same sum.
    """

    def __init__(self, log_mel: LogMelSpectrogram) -> None:
        rate, n_fft, length = log_mel.sample_rate, log_mel.n_fft, log_mel.win_length
        bands = len(log_mel.filters)
        super().__init__(rate, n_fft, length, log_mel.hop_length, bands, log_mel.mean, log_mel.std)
        # A window shorter than the transform lies in its middle, as in torch.stft and librosa.
        before = (n_fft - length) // 2
        window = F.pad(self.window.double(), (before, n_fft - length - before))
        # The product modulo n_fft keeps the argument small, and with it the rounding of its sine.
        turns = torch.arange(n_fft // 2 + 1)[:, None] * torch.arange(n_fft) % n_fft
        angle = 2 * math.pi * (turns.double() / n_fft)
        basis = torch.cat([angle.cos(), -angle.sin()]) * window
        self.register_buffer('basis', basis.float()[:, None])

    def power(self, waveforms: Tensor) -> Tensor:
        """Mel power of samples (N, S)."""
        padded = F.pad(waveforms.unsqueeze(1), (self.n_fft // 2, self.n_fft // 2))
        real, imaginary = F.conv1d(padded, self.basis, stride=self.hop_length).chunk(2, dim=1)
        return self.filters @ (real.square() + imaginary.square()) + EPS
