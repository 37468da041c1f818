"""Speed of training steps: shared visual tower, share of the neck, options, the ceiling."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from torch import Tensor, nn

from mmav_coattn.apis.complexity import network_complexity
from mmav_coattn.visual_stages import VisualFeatures, as_stages, map_stages

from .timing import Row, Timings, time_by_turns

STEP = 'training step'
PER_PAIR = 'one pass of the visual tower per pair'
TOWERS = 'towers alone'
NECK = 'co-attention'
DTYPES = {'fp32': None, 'bf16': torch.bfloat16, 'fp16': torch.float16}


@dataclass
class ClipShape:
    """Size of a batch.

    Attributes:
        batch (int): Clips N.
        num_frames (int): Frames T.
        size (int): Height and width, px.
        clip_seconds (float): s.
        num_negatives (int): Shifted sounds K.
    """

    batch: int = 2
    num_frames: int = 32
    size: int = 112
    clip_seconds: float = 2.0
    num_negatives: int = 3


def build_network(cfg: dict, device: str, **backbone) -> nn.Module:
    """A recognizer in training mode.

    Args:
        cfg (dict): The ``model`` of a config.
        device (str): Where.
        **backbone: Changed settings of its backbone.
    """
    model = MODELS.build(dict(cfg, backbone=dict(cfg['backbone'], **backbone)))
    model.init_weights()
    return model.to(device).train()


def random_inputs(model: nn.Module, shape: ClipShape, device: str) -> tuple[dict, list]:
    """Inputs of noise and data samples, as the data preprocessor would make them."""
    preprocessor = model.data_preprocessor
    samples = round(shape.clip_seconds * preprocessor.log_mel.sample_rate)
    size = (shape.batch, 3, shape.num_frames, shape.size, shape.size)
    windows = 1 + shape.num_negatives
    inputs = preprocessor.preprocess(
        torch.randint(0, 256, size, dtype=torch.uint8).to(device),
        0.1 * torch.randn(shape.batch, windows, samples).to(device),
    )
    label = torch.zeros(windows, device=device)
    label[0] = 1
    data_samples = []
    for _ in range(shape.batch):
        sample = ActionDataSample()
        sample.set_field(label, 'sync_label', dtype=Tensor)
        data_samples.append(sample)
    return inputs, data_samples


class TrainingStep:
    """Forward, backward and update of a whole network.

    Args:
        model (nn.Module): A recognizer.
        inputs (dict): Its inputs.
        data_samples (list): Their labels.
        precision (str): ``'fp32'``, ``'bf16'`` or ``'fp16'``, as mmengine's ``AmpOptimWrapper``.
        per_pair (bool): Whether the visual tower runs once for each pair instead of once a clip,
            as a network must that fuses the modalities early.
        compiled (bool): Whether the network goes through ``torch.compile``.
    """

    def __init__(
        self,
        model: nn.Module,
        inputs: dict,
        data_samples: list,
        precision: str = 'fp32',
        per_pair: bool = False,
        compiled: bool = False,
    ) -> None:
        self.model = model
        self.device = inputs['imgs'].device.type
        self.dtype = DTYPES[precision]
        self.labels = torch.stack([sample.sync_label for sample in data_samples])
        self.inputs = inputs
        if per_pair:
            windows = inputs['log_mels'].shape[1]
            self.inputs = dict(
                inputs,
                imgs=inputs['imgs'].repeat_interleave(windows, dim=0),
                log_mels=inputs['log_mels'].flatten(0, 1).unsqueeze(1),
            )
        self.logits = torch.compile(self._logits) if compiled else self._logits
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
        self.scaler = torch.amp.GradScaler(self.device, enabled=precision == 'fp16')

    def _logits(self) -> Tensor:
        return self.model(self.inputs, mode='tensor')

    def autocast(self):
        """The context of this precision."""
        if self.dtype is None:
            return nullcontext()
        return torch.autocast(self.device, dtype=self.dtype)

    def __call__(self) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        with self.autocast():
            logits = self.logits().float().view_as(self.labels)
            loss = self.model.cls_head.loss_by_logits(logits, self.labels)['loss_sync']
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()


def part_step(step: TrainingStep, part: str) -> Callable[[], None]:
    """Forward and backward of one part of a network alone, on features of the right shapes.

    Args:
        step (TrainingStep): Of the whole network.
        part (str): :data:`TOWERS` or :data:`NECK`.

    Returns:
        Callable: The part's share of the step; the update of the weights is not in it.
    """
    model, inputs = step.model, step.inputs
    with torch.no_grad(), step.autocast():
        visual, audio = model.backbone(inputs['imgs'], inputs['log_mels'])
        features = model.extract_feat(inputs)[0]

    if part == TOWERS:

        def run() -> None:
            with step.autocast():
                visual, audio = model.backbone(inputs['imgs'], inputs['log_mels'])
            result = (*as_stages(visual), audio)
            torch.autograd.backward(result, [torch.ones_like(each) for each in result])
            model.zero_grad(set_to_none=True)
    else:
        backbone = [
            map_stages(lambda each: each.detach().requires_grad_(), side)
            for side in (visual, audio)
        ]
        gradients = [torch.ones_like(each) for each in features[:2]]

        def run() -> None:
            with step.autocast():
                result = _neck_alone(model, inputs, *backbone)
            torch.autograd.backward(result, gradients)
            model.zero_grad(set_to_none=True)

    return run


def _neck_alone(model: nn.Module, inputs: dict, visual: VisualFeatures, audio: Tensor) -> tuple:
    """The neck as the recognizer calls it, with features that are already there."""
    backbone, model.backbone.forward = model.backbone.forward, lambda *_: (visual, audio)
    try:
        return model.extract_feat(inputs)[0][:2]
    finally:
        model.backbone.forward = backbone


def synchronizer(device: str) -> Callable[[], None]:
    """Waits until the device has done all it was given."""
    return torch.cuda.synchronize if device.startswith('cuda') else (lambda: None)


def time_sharing(
    cfg: dict, shape: ClipShape, device: str, precision: str, rounds: int
) -> tuple[Timings, float]:
    """Time the whole step, its parts, and one pass of the visual tower per pair.

    Returns:
        tuple[Timings, float]: Seconds, and peak memory of a training step in MiB (0 without GPU).
    """
    model = build_network(cfg, device)
    step = TrainingStep(model, *random_inputs(model, shape, device), precision)
    per_pair = TrainingStep(model, step.inputs, _samples(step), precision, per_pair=True)
    peak = peak_memory(step, device)
    candidates = {
        STEP: step,
        PER_PAIR: per_pair,
        TOWERS: part_step(step, TOWERS),
        NECK: part_step(step, NECK),
    }
    return time_by_turns(candidates, rounds, synchronize=synchronizer(device)), peak


def _samples(step: TrainingStep) -> list:
    samples = [ActionDataSample() for _ in step.labels]
    for sample, label in zip(samples, step.labels, strict=True):
        sample.set_field(label, 'sync_label', dtype=Tensor)
    return samples


def peak_memory(step: Callable[[], None], device: str) -> float:
    """Most memory of the GPU that tensors took during one step after a first one, MiB."""
    step()
    if not device.startswith('cuda'):
        step()
        return 0.0
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    step()
    torch.cuda.synchronize()
    return torch.cuda.max_memory_allocated() / 2**20


def sharing_rows(shape: ClipShape, timings: Timings) -> list[Row]:
    """The table's rows of one K."""
    label = f'K={shape.num_negatives}'
    pairs = shape.batch * (1 + shape.num_negatives)
    bar = {1: '>= 1.7', 3: '>= 2.8'}.get(shape.num_negatives, '')
    return [
        Row(f'{label}: {STEP}', shape.batch / timings.median(STEP), 'clips/s'),
        Row(f'{label}: {STEP}', pairs / timings.median(STEP), 'pairs/s'),
        Row(f'{label}: {PER_PAIR}', pairs / timings.median(PER_PAIR), 'pairs/s'),
        Row(f'{label}: {TOWERS} / {STEP}', timings.share(TOWERS, STEP), 'of the time'),
        Row(
            f'{label}: shared visual tower / {PER_PAIR}',
            timings.speed_up(STEP, over=PER_PAIR),
            'x',
            bar,
        ),
        Row(f'{label}: {NECK} / {STEP}', timings.share(NECK, STEP), 'of the time', '<= 0.05'),
    ]


def time_options(
    cfg: dict, shape: ClipShape, device: str, precisions: list[str], rounds: int, compiled: bool
) -> tuple[Timings, dict[str, float]]:
    """Time the step under each option, by turns.

    Args:
        cfg (dict): The ``model`` of a config.
        shape (ClipShape): Size of a batch.
        device (str): Where.
        precisions (list[str]): Of :data:`DTYPES`; the other options are tried in the last one.
        rounds (int): Timed rounds.
        compiled (bool): Whether to try ``torch.compile`` too, which takes a minute to begin.

    Returns:
        tuple: Seconds by option, and peak memory of each in MiB.
    """
    best = precisions[-1]
    options = {name: (name, {}, False) for name in precisions}
    options[f'{best}, channels first'] = (best, dict(channels_last=False), False)
    options[f'{best}, checkpointing'] = (best, dict(with_cp=True), False)
    if compiled:
        options[f'{best}, torch.compile'] = (best, {}, True)
    candidates, peaks = {}, {}
    for name, (precision, backbone, compile_it) in options.items():
        model = build_network(cfg, device, **backbone)
        inputs = random_inputs(model, shape, device)
        candidates[name] = TrainingStep(model, *inputs, precision, compiled=compile_it)
        peaks[name] = peak_memory(candidates[name], device)
    return time_by_turns(candidates, rounds, synchronize=synchronizer(device)), peaks


def option_rows(
    shape: ClipShape, timings: Timings, peaks: dict[str, float], flops: float, ceiling: float
) -> list[Row]:
    """The table's rows of the options: speed against the first, memory, share of the ceiling."""
    first = next(iter(timings.seconds))
    rows = []
    for name in timings.seconds:
        seconds = timings.median(name)
        rows.append(Row(f'{name}: {STEP}', shape.batch / seconds, 'clips/s'))
        if name != first:
            rows.append(Row(f'{name} / {first}', timings.speed_up(name, over=first), 'x'))
        if peaks[name]:
            rows.append(Row(f'{name}: peak memory', peaks[name], 'MiB'))
        if ceiling:
            rows.append(
                Row(f'{name}: FLOPs / matrix products', flops / seconds / ceiling, 'of the ceiling')
            )
    return rows


def training_flops(model: nn.Module, shape: ClipShape) -> float:
    """FLOPs of a training step: three times those of the forward pass (one more for each of the
    gradients of inputs and weights)."""
    counts = network_complexity(
        model, shape.num_frames, shape.size, shape.clip_seconds, shape.num_negatives
    )
    return 3.0 * shape.batch * counts['whole network'][1]


def matmul_ceiling(device: str, precision: str, size: int = 8192, rounds: int = 10) -> float:
    """FLOP/s of one large matrix product, what the device can do at best in this precision."""
    dtype = DTYPES[precision] or torch.float32
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    timings = time_by_turns(
        {'product': partial(torch.matmul, a, b)}, rounds, synchronize=synchronizer(device)
    )
    return 2 * size**3 / timings.median('product')


def compare(
    cfg: dict, others: dict[str, dict], shape: ClipShape, device: str, precision: str, rounds: int
) -> list[Row]:
    """Time the step of other networks beside ours, on the same batch.

    Args:
        cfg (dict): The ``model`` of our config.
        others (dict[str, dict]): Those of others that take the same inputs, by name.
        shape (ClipShape): Size of a batch.
        device (str): Where.
        precision (str): Of :data:`DTYPES`.
        rounds (int): Timed rounds.

    Returns:
        list[Row]: How many times faster ours is; empty where there are no others.
    """
    if not others:
        return []
    steps = {}
    for name, each in {STEP: cfg, **others}.items():
        model = build_network(each, device)
        steps[name] = TrainingStep(model, *random_inputs(model, shape, device), precision)
    timings = time_by_turns(steps, rounds, synchronize=synchronizer(device))
    return [
        Row(f'K={shape.num_negatives}: {STEP} / {name}', timings.speed_up(STEP, over=name), 'x')
        for name in others
    ]
