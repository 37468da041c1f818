"""Speed of training steps: shared visual tower, share of its parts, precision, the ceiling."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from torch import Tensor, nn

from mmav_coattn.experiments.complexity import network_complexity

from .timing import Row, Timings, time_by_turns

STEP = 'training step'
PER_PAIR = 'one pass of the visual tower per pair'
TOWERS = 'towers alone'
NECK = 'neck, head and losses'
DTYPES = {'fp32': None, 'bf16': torch.bfloat16, 'fp16': torch.float16}


@dataclass
class ClipShape:
    """Size of a batch."""

    batch: int = 2  # clips N
    num_frames: int = 32  # T
    size: int = 112  # height and width, px
    clip_seconds: float = 2.0
    audio_seconds: float = 5.0  # of the segment that holds all windows
    num_negatives: int = 3  # shifted windows K


class PerPair(nn.Module):
    """A backbone that runs the visual tower once for each pair of clip and window (J a clip).

    So must a network that fuses the modalities early. Its features are those of N * J clips.
    """

    def __init__(self, backbone: nn.Module, windows: int) -> None:
        super().__init__()
        self.backbone, self.windows = backbone, windows

    def forward(self, imgs: Tensor, log_mels: Tensor) -> tuple[Tensor, Tensor]:
        """As :meth:`AudioVisualBackbone.forward`."""
        visual = self.backbone.forward_visual(imgs.repeat_interleave(self.windows, dim=0))
        audio = self.backbone.forward_audio(log_mels)
        return visual, audio.repeat_interleave(self.windows, dim=0)


class Given(nn.Module):
    """Stands for a backbone: features that are there already."""

    def __init__(self, features: tuple[Tensor, Tensor]) -> None:
        super().__init__()
        self.features = [each.detach().requires_grad_() for each in features]

    def forward(self, imgs: Tensor, log_mels: Tensor) -> list[Tensor]:
        """The features, whatever the inputs."""
        return self.features


class TrainingStep:
    """Forward, backward and update of a whole network (``model`` of a config), on noise.

    ``precision`` is of :data:`DTYPES`, as in mmengine's ``AmpOptimWrapper``.
    """

    def __init__(self, cfg: dict, shape: ClipShape, device: str, precision: str = 'fp32') -> None:
        model = MODELS.build(cfg)
        model.init_weights()
        self.model = model.to(device).train()
        self.device, self.dtype = torch.device(device).type, DTYPES[precision]
        self.windows = 1 + shape.num_negatives
        preprocessor = self.model.data_preprocessor
        samples = round(shape.audio_seconds * preprocessor.log_mel.sample_rate)
        starts = torch.linspace(0, shape.audio_seconds - shape.clip_seconds, self.windows)
        size = (shape.batch, 3, shape.num_frames, shape.size, shape.size)
        self.inputs = preprocessor.preprocess(
            torch.randint(0, 256, size, dtype=torch.uint8).to(device),
            0.1 * torch.randn(shape.batch, samples).to(device),
            starts.expand(shape.batch, -1).to(device),
            shape.clip_seconds,
        )
        labels = torch.zeros(shape.batch, self.windows, device=device)
        labels[:, 0] = 1
        self.data_samples = as_samples(labels)
        self._prepare(enabled=precision == 'fp16')

    def _prepare(self, enabled: bool) -> None:
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4)
        self.scaler = torch.amp.GradScaler(self.device, enabled=enabled)

    def per_pair(self) -> TrainingStep:
        """The same step with one pass of the visual tower per pair; weights of its own."""
        step = copy.deepcopy(self)
        step.model.backbone = PerPair(step.model.backbone, self.windows)
        step.inputs['audio_starts'] = self.inputs['audio_starts'].flatten()[:, None]
        labels = torch.stack([sample.sync_label for sample in self.data_samples])
        step.data_samples = as_samples(labels.flatten()[:, None])
        step._prepare(enabled=self.scaler.is_enabled())
        return step

    def towers(self) -> Callable[[], None]:
        """Forward and backward of both towers alone."""

        def run() -> None:
            with self.autocast():
                features = self.model.backbone(self.inputs['imgs'], self.inputs['log_mels'])
            torch.autograd.backward(features, [torch.ones_like(each) for each in features])
            self.model.zero_grad(set_to_none=True)

        return run

    def neck(self) -> Callable[[], None]:
        """Forward and backward of neck, head and losses alone, on features of the right shapes."""
        part = copy.deepcopy(self)
        with torch.no_grad(), self.autocast():
            features = self.model.backbone(self.inputs['imgs'], self.inputs['log_mels'])
        part.model.backbone = Given(features)

        def run() -> None:
            part.loss().backward()
            part.model.zero_grad(set_to_none=True)

        return run

    def autocast(self):
        """The context of this precision."""
        if self.dtype is None:
            return nullcontext()
        return torch.autocast(self.device, dtype=self.dtype)

    def loss(self) -> Tensor:
        """Sum of the network's losses."""
        with self.autocast():
            losses = self.model.loss(self.inputs, self.data_samples)
        return sum(value.float() for name, value in losses.items() if 'loss' in name)

    def __call__(self) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        self.scaler.scale(self.loss()).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()


def as_samples(labels: Tensor) -> list[ActionDataSample]:
    """Data samples of labels (N, J)."""
    samples = [ActionDataSample() for _ in labels]
    for sample, label in zip(samples, labels, strict=True):
        sample.set_field(label, 'sync_label', dtype=Tensor)
    return samples


def synchronizer(device: str) -> Callable[[], None]:
    """Waits until the device has done all it was given."""
    return torch.cuda.synchronize if device.startswith('cuda') else (lambda: None)


def peak_memory(step: Callable[[], None], device: str) -> float:
    """Most memory of the GPU that tensors took during a second step, MiB; 0 without a GPU."""
    step()
    if not device.startswith('cuda'):
        return 0.0
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    step()
    torch.cuda.synchronize()
    return torch.cuda.max_memory_allocated() / 2**20


def sharing_rows(
    cfg: dict, shape: ClipShape, device: str, precision: str, rounds: int
) -> list[Row]:
    """Time the whole step, its parts, and one pass of the visual tower per pair, by turns."""
    step = TrainingStep(cfg, shape, device, precision)
    candidates = {STEP: step, PER_PAIR: step.per_pair(), TOWERS: step.towers(), NECK: step.neck()}
    timings = time_by_turns(candidates, rounds, synchronize=synchronizer(device))
    return table_of_sharing(shape, timings)


def table_of_sharing(shape: ClipShape, timings: Timings) -> list[Row]:
    """The table's rows of one K."""
    label = f'K={shape.num_negatives}'
    pairs = shape.batch * (1 + shape.num_negatives)
    target = {1: '>= 1.7', 3: '>= 2.8'}.get(shape.num_negatives, '')
    faster = timings.speed_up(STEP, over=PER_PAIR)
    return [
        Row(f'{label}: {STEP}', shape.batch / timings.median(STEP), 'clips/s'),
        Row(f'{label}: {STEP}', pairs / timings.median(STEP), 'pairs/s'),
        Row(f'{label}: {PER_PAIR}', pairs / timings.median(PER_PAIR), 'pairs/s'),
        Row(f'{label}: shared visual tower / {PER_PAIR}', faster, 'x', target),
        Row(f'{label}: {TOWERS} / {STEP}', timings.share(TOWERS, STEP), 'of the time'),
        Row(f'{label}: {NECK} / {STEP}', timings.share(NECK, STEP), 'of the time', '<= 0.05'),
    ]


def precision_rows(
    cfg: dict, shape: ClipShape, device: str, precisions: list[str], rounds: int
) -> list[Row]:
    """Time the step in each precision, by turns; on a GPU also memory and share of the ceiling."""
    steps = {name: TrainingStep(cfg, shape, device, name) for name in precisions}
    peaks = {name: peak_memory(step, device) for name, step in steps.items()}
    timings = time_by_turns(steps, rounds, synchronize=synchronizer(device))
    rows = []
    for name, step in steps.items():
        seconds = timings.median(name)
        rows.append(Row(f'{name}: {STEP}', shape.batch / seconds, 'clips/s'))
        if name != precisions[0]:
            over = precisions[0]
            rows.append(Row(f'{name} / {over}', timings.speed_up(name, over=over), 'x'))
        if peaks[name]:
            ceiling = matmul_ceiling(device, name)
            share = training_flops(step.model, shape) / seconds / ceiling
            rows.append(Row(f'{name}: peak memory', peaks[name], 'MiB'))
            rows.append(Row(f'{name}: matrix product', ceiling / 1e12, 'TFLOP/s'))
            rows.append(Row(f'{name}: FLOP/s / matrix product', share, 'of the ceiling'))
    return rows


def training_flops(model: nn.Module, shape: ClipShape) -> float:
    """FLOPs of a training step: three times those of the forward pass (one more for each of the
    gradients of inputs and weights)."""
    _, *sizes, num_negatives = vars(shape).values()
    counts = network_complexity(model, *sizes, 1 + num_negatives)
    return 3.0 * shape.batch * counts['whole network'][1]


def matmul_ceiling(device: str, precision: str, size: int = 8192, rounds: int = 10) -> float:
    """FLOP/s of one large matrix product, what the device can do at best in this precision."""
    dtype = DTYPES[precision] or torch.float32
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    timings = time_by_turns(
        {'product': partial(torch.matmul, a, b)}, rounds, synchronize=synchronizer(device)
    )
    return 2 * size**3 / timings.median('product')
