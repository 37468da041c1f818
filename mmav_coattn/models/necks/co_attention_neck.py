"""Co-attention of "Look, Listen, and Attend" (Cheng et al., ACM MM 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from mmav_coattn.errors import ConfigError
from mmav_coattn.visual_stages import VisualFeatures, add_up_weights, grids_of

from .channel_gate import ChannelGate
from .guided_attention import GuidedAttention, TemporalSelfAttention
from .time_alignment import time_code
from .token_neck import TokenNeck


class CoAttentionFeatures(NamedTuple):
    """What the neck hands to the head; J = 1+K audio windows of a clip.

    Attributes:
        audio (Tensor): Audio stream (N, J, T', D).
        visual (Tensor): Visual stream (N, J, T', D): what of the picture each audio attended to.
        attention (Tensor | None): Where in the picture each audio looked, (N, J, T', H', W'), sums
            to 1 over places (to anything with ``activation='sigmoid'``); None unless asked for, or
            where the module has no AGA. Of several stages, on the places of the first one.
        visual_tokens (Tensor | None): What the streams were made of: tokens of the picture's
            places (N, T', P, D), P = H'W' or the sum of those of all stages. They know nothing of
            the sound.
        audio_tokens (Tensor | None): Tokens of the sound's frequencies (N, J, T', F', D).
        head_weights (Tensor | None): Of all AGAs, before the mean over heads,
            (N, J, blocks, heads, T', H', W'); there whenever ``attention`` is.
    """

    audio: Tensor
    visual: Tensor
    attention: Tensor | None = None
    visual_tokens: Tensor | None = None
    audio_tokens: Tensor | None = None
    head_weights: Tensor | None = None


class CoAttentionBlock(nn.Module):
    """Cross-modal attention, then self-attention over time.

    ::

        audio stream  --+-- query --> AGA over places ------> visual stream --> SA
                         \\ /
        visual stream --+-- query --> VGA over frequencies -> audio stream  --> SA

    Both directions start from the streams as they came in. With ``AGA`` alone the audio stream
    passes unchanged, with ``VGA`` alone the visual one.

    Args:
        module (str): ``'AGA'``, ``'VGA'`` or ``'CMA'`` (both).
        dims (int): Channels D.
        num_heads (int): Attention heads.
        scope (str): ``'frame'``, ``'clip'`` or ``'place'``, see :class:`GuidedAttention`.
        visual_window (int): Neighbouring steps of the picture that AGA sees.
        audio_window (int): Neighbouring steps of the sound that VGA sees.
        self_attention (bool): Whether self-attention follows.
        keep_visual (bool): Add what AGA saw to the visual stream instead of replacing it.
        time_bias (bool | str): See :class:`CoAttentionNeck`.
        self_attention_bias (bool | str): See :class:`CoAttentionNeck`.
        channel_attention (bool): Whether a :class:`ChannelGate` comes before AGA.
        norm (str): Normalisation of streams.
        attention (dict, optional): Temperature and activation, of :class:`MultiHeadAttention`.
    """

    def __init__(
        self,
        module: str,
        dims: int,
        num_heads: int,
        scope: str,
        visual_window: int,
        audio_window: int,
        self_attention: bool,
        keep_visual: bool,
        time_bias: bool | str = True,
        self_attention_bias: bool | str = False,
        channel_attention: bool = False,
        norm: str = 'batch',
        attention: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.keep_visual = keep_visual
        self.aga = self.vga = self.visual_sa = self.audio_sa = self.channel_gate = None
        guided = dict(time_bias=time_bias, norm=norm, **(attention or {}))
        if module in ('AGA', 'CMA'):
            self.aga = GuidedAttention(dims, num_heads, scope, visual_window, **guided)
            self.channel_gate = ChannelGate(dims, norm=norm) if channel_attention else None
        if module in ('VGA', 'CMA'):
            # What a sound is made of changes with time: frequencies get no weight for the clip.
            vga_scope = 'frame' if scope == 'place' else scope
            self.vga = GuidedAttention(dims, num_heads, vga_scope, audio_window, **guided)
        if self_attention:
            bias = dict(time_bias=self_attention_bias)
            self.visual_sa = TemporalSelfAttention(dims, num_heads, **bias) if self.aga else None
            self.audio_sa = TemporalSelfAttention(dims, num_heads, **bias) if self.vga else None

    def forward(
        self,
        audio: Tensor,
        visual: Tensor,
        audio_tokens: Tensor,
        visual_tokens: Tensor,
        code: Tensor,
        return_attention: bool,
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Update both streams (N, J, T, D); see :class:`CoAttentionNeck` for the tokens' shapes.

        The third result are AGA's weights (N, heads, J, T, P).
        """
        new_audio, new_visual, attention = audio, visual, None
        if self.aga is not None:
            seen, attention = self.look(audio, visual_tokens, code, return_attention)
            new_visual = visual + seen if self.keep_visual else seen
        if self.vga is not None:
            # Each of the N*J audio windows has tokens of its own, looked into by one visual stream.
            heard, _ = self.vga(visual.flatten(0, 1).unsqueeze(1), audio_tokens.flatten(0, 1), code)
            new_audio = audio + heard.view_as(audio)
        if self.visual_sa is not None:
            new_visual = self.visual_sa(new_visual, code)
        if self.audio_sa is not None:
            new_audio = self.audio_sa(new_audio, code)
        return new_audio, new_visual, attention

    def look(
        self, audio: Tensor, visual_tokens: Tensor, code: Tensor, return_attention: bool
    ) -> tuple[Tensor, Tensor | None]:
        """AGA: what each sound sees (N, J, T, D), and its weights (N, heads, J, T, P)."""
        if self.channel_gate is None:
            return self.aga(audio, visual_tokens, code, return_attention)
        # Gated, the tokens are others for each of the N*J sounds.
        gated = self.channel_gate(audio, visual_tokens).flatten(0, 1)
        seen, weights = self.aga(audio.flatten(0, 1).unsqueeze(1), gated, code, return_attention)
        if weights is not None:  # (N*J, heads, 1, T, P)
            weights = weights.squeeze(2).unflatten(0, audio.shape[:2]).transpose(1, 2)
        return seen.view_as(audio), weights


@MODELS.register_module()
class CoAttentionNeck(TokenNeck):
    """Brings both modalities onto one time grid and lets each attend to the other.

    Synchronisation is a relation in time, so nothing is pooled over time here. Per time step of the
    picture there are visual tokens (places) and audio tokens (frequencies), and one vector of each
    stream, which starts as the mean and maximum of the step's tokens seen through a short
    convolution over time.

    Args:
        in_channels (tuple): Channels of the visual and the audio tower, (C_v, C_a); with
            ``multi_scale=True`` of :class:`AudioVisualBackbone` those of each visual stage,
            ((C_1, C_2), C_a): the places of all stages are looked into side by side.
        embed_dims (int): Channels D of tokens and streams; even.
        module (str): ``'AGA'`` (audio-guided attention), ``'VGA'`` (visual-guided attention) or
            ``'CMA'`` (cross-modal attention: both).
        self_attention (bool): Whether self-attention (SA) over time follows.
        depth (int): Co-attention blocks in cascade.
        num_heads (int): Attention heads; must divide ``embed_dims``.
        scope (str): ``'frame'``: a query sees tokens of its own time (and ``window`` neighbours);
            ``'clip'``: tokens of all times; ``'place'``: AGA weighs each place once for the whole
            clip, by the evidence of all times, VGA is as in ``'frame'``.
        visual_window (int): Neighbouring steps of the picture on either side seen by AGA.
        audio_window (int): Neighbouring steps of the sound on either side seen by VGA.
        query_kernel (int): Length of the convolution over time that makes a stream's start; odd.
        keep_average (bool): Whether the first block adds what AGA saw to the pooled picture instead
            of replacing it.
        centre_time (bool): Whether each place of the picture, and each frequency of the sound, is
            taken relative to its mean over the clip. What stays the same all the time, a wall or
            a hum, cannot tell in sync from shifted, but differs between clips far more than what
            moves differs between times (the mean subtraction of speech features, over places too).
        time_bias (bool | str): Of the cross-modal attention. In clip scope, True or ``'slope'``:
            tokens count less the farther their time is from the query's, by a learned slope
            (:class:`TimeDistanceBias`); ``'table'``: a learned number for each distance
            (:class:`RelativeTimeBias`); False: neither. In frame scope ``'table'`` tells the steps
            of a window apart, of which ``'slope'`` makes no difference; there is none without it.
        self_attention_bias (bool | str): The same of SA; False by default.
        temperature (float): Of the cross-modal attention: its products are divided by it, so that
            below 1 it is sharper.
        learn_temperature (bool): Whether it is learned, for each head, from there on.
        activation (str): ``'softmax'``, or ``'sigmoid'``: places do not compete for attention; see
            :class:`MultiHeadAttention`.
        channel_attention (bool): Whether the sound also weighs the channels of the picture's tokens
            before AGA, see :class:`ChannelGate`.
        norm (str): Of tokens and streams: ``'batch'``, or ``'group'``, whose statistics are those
            of each clip alone (:class:`TokenGroupNorm`).
        init_cfg (dict, optional): Initialisation.

    Raises:
        ConfigError: If a setting is not one of those above.
    """

    MODULES = ('AGA', 'VGA', 'CMA')
    SCOPES = ('frame', 'clip', 'place')

    def __init__(
        self,
        in_channels: tuple[int | Sequence[int], int],
        embed_dims: int = 256,
        module: str = 'CMA',
        self_attention: bool = True,
        depth: int = 1,
        num_heads: int = 4,
        scope: str = 'frame',
        visual_window: int = 0,
        audio_window: int = 2,
        query_kernel: int = 5,
        keep_average: bool = False,
        centre_time: bool = True,
        time_bias: bool | str = True,
        self_attention_bias: bool | str = False,
        temperature: float = 1.0,
        learn_temperature: bool = False,
        activation: str = 'softmax',
        channel_attention: bool = False,
        norm: str = 'batch',
        init_cfg: dict | None = None,
    ) -> None:
        if module not in self.MODULES:
            raise ConfigError(f'neck: module={module!r} is not one of {self.MODULES}.')
        if scope not in self.SCOPES:
            raise ConfigError(f'neck: scope={scope!r} is not one of {self.SCOPES}.')
        if depth < 1:
            raise ConfigError(f'neck: depth={depth} must be at least 1.')
        if channel_attention and module == 'VGA':
            raise ConfigError(
                "neck: channel_attention=True is the sound's and comes before AGA, which "
                "module='VGA' has not: use 'AGA' or 'CMA', or leave it out."
            )
        if self_attention_bias and not self_attention:
            raise ConfigError(
                f'neck: self_attention_bias={self_attention_bias!r} needs self_attention=True.'
            )
        super().__init__(in_channels, embed_dims, query_kernel, centre_time, init_cfg, norm=norm)
        self.scope = scope
        self.blocks = nn.ModuleList(
            [
                CoAttentionBlock(
                    module,
                    embed_dims,
                    num_heads,
                    scope,
                    visual_window,
                    audio_window,
                    self_attention,
                    keep_visual=keep_average or block > 0,
                    time_bias=time_bias,
                    self_attention_bias=self_attention_bias,
                    channel_attention=channel_attention,
                    norm=norm,
                    attention=dict(
                        temperature=temperature,
                        learn_temperature=learn_temperature,
                        activation=activation,
                    ),
                )
                for block in range(depth)
            ]
        )

    def forward(
        self,
        visual: VisualFeatures,
        audio: Tensor,
        visual_times: Tensor,
        audio_times: Tensor,
        return_attention: bool = False,
    ) -> CoAttentionFeatures:
        """Attend.

        Args:
            visual (Tensor | tuple[Tensor, ...]): Features of the visual tower (N, C_v, T', H', W'),
                or of several of its stages.
            audio (Tensor): Features of the audio tower (N, J, C_a, F', T'').
            visual_times (Tensor): Times of the T' visual steps, s from the start of the clip.
            audio_times (Tensor): Times of the T'' audio steps, s from the start of their window.
            return_attention (bool): Also return the map of the last AGA.

        Returns:
            CoAttentionFeatures: Streams (N, J, T', D) and, if asked for, the map.
        """
        num_audios = audio.shape[1]
        visual_tokens, audio_tokens = self.make_tokens(visual, audio, visual_times, audio_times)
        code = time_code(visual_times, self.embed_dims).to(visual_tokens.dtype)
        visual_stream = self.start_stream(visual_tokens, self.visual_start)
        audio_stream = self.start_stream(audio_tokens, self.audio_start)
        visual_stream = visual_stream[:, None].expand(-1, num_audios, -1, -1)

        seen_by_blocks = []
        for block in self.blocks:
            audio_stream, visual_stream, weights = block(
                audio_stream, visual_stream, audio_tokens, visual_tokens, code, return_attention
            )
            if weights is not None:
                seen_by_blocks.append(weights.transpose(1, 2))  # (N, J, heads, T', P)
        attention = head_weights = None
        if seen_by_blocks:
            head_weights = add_up_weights(torch.stack(seen_by_blocks, dim=2), grids_of(visual))
            attention = head_weights[:, :, -1].mean(dim=2)
        return CoAttentionFeatures(
            audio_stream, visual_stream, attention, visual_tokens, audio_tokens, head_weights
        )
