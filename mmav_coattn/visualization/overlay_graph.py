"""FFmpeg filters that draw heat maps on the frames of a video, without leaving its colour space.

::

    frame -- even size, 8-bit 4:2:0 -- upright --+--------------------------+-- (side by side)
                                                 +-- + heat map, enlarged --+-- + caption --> frame
"""

from collections.abc import Iterator, Sequence

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext

from mmav_coattn.evaluation.functional import upsample_heatmap
from mmav_coattn.media.frame_converter import quarter_turns

from .heatmap import heat_layer
from .sheets import caption_layer

#: Longer side of the coloured map before FFmpeg enlarges it to the frame, px: smooth as it is, and
#: many times as fast as colouring every pixel.
LAYER_SIZE = 160
#: FFmpeg's names of its numbers of the colour spaces that it converts RGB to.
COLOUR_SPACES = {1: 'bt709', 4: 'fcc', 5: 'bt470bg', 6: 'smpte170m', 7: 'smpte240m', 9: 'bt2020nc'}
BT601, UNSPECIFIED = 6, 2
#: Filters that turn a frame by so many quarters counterclockwise.
TURNS = [(), ('cclock',), ('cclock', 'cclock'), ('clock',)]


class OverlayGraph:
    """Draws one map after the other on one frame after the other, as ``write_overlay_video`` says.

    Frames of another size than the ``first`` are scaled to it.
    """

    def __init__(
        self, first: av.VideoFrame, box: Sequence[float], caption: str, side_by_side: bool
    ) -> None:
        space = BT601 if first.format.is_rgb else first.colorspace
        self._space = space if space in COLOUR_SPACES else UNSPECIFIED
        self._graph = Graph()
        self._time_base = first.time_base
        # H.264 in its usual form needs even sizes.
        width, height = first.width + first.width % 2, first.height + first.height % 2
        self._frames = self._source(first.width, first.height, first.format.name)
        node = self._yuv(self._frames, width, height, 'yuv420p')
        for direction in TURNS[quarter_turns(first)]:
            node = self._add(node, 'transpose', direction)
            width, height = height, width
        # Even numbers again: the colours of 2 x 2 pixels are one.
        sides = np.array([width, height, width, height])
        x0, y0, x1, y1 = (2 * np.rint(box * sides / 2).astype(int)).tolist()
        part = max(x1 - x0, 2), max(y1 - y0, 2)
        shrink = max(1.0, max(part) / LAYER_SIZE)
        self._layer_size = max(2, round(part[1] / shrink)), max(2, round(part[0] / shrink))
        self._maps = self._source(*self._layer_size[::-1], 'rgba')
        if side_by_side:
            original = node = self._add(node, 'split')
        node = self._overlay(node, self._maps, *part, x0, y0)
        if side_by_side:
            both = self._graph.add('hstack')
            original.link_to(both, 1, 0)
            node.link_to(both, 0, 1)
            node, width = both, 2 * width
        if caption:
            layer = caption_layer((height, width), caption)
            words = self._source(width, len(layer), 'rgba')
            node = self._overlay(node, words, width, len(layer), 0, 0)
        self._drawn = self._add(node, 'buffersink')
        self._graph.configure()
        if caption:
            words.push(self._rgba(layer, first.pts))
            words.push(None)  # the last frame of an overlay stays

    def draw(self, frame: av.VideoFrame, heat: np.ndarray) -> Iterator[av.VideoFrame]:
        """Take a frame with its map (H', W'), 0 to 1; yields the frames that are finished."""
        layer = heat_layer(upsample_heatmap(heat, self._layer_size))
        self._frames.push(frame)
        self._maps.push(self._rgba(layer, frame.pts))
        return self._finished()

    def finish(self) -> Iterator[av.VideoFrame]:
        """Yields the rest of the frames."""
        self._frames.push(None)
        self._maps.push(None)
        return self._finished()

    def _finished(self) -> Iterator[av.VideoFrame]:
        while True:
            try:
                frame = self._drawn.pull()
            except (BlockingIOError, EOFError):  # it needs the next frame, or has no more
                return
            frame.colorspace = self._space
            yield frame

    def _source(self, width: int, height: int, pixels: str) -> FilterContext:
        return self._graph.add_buffer(
            width=width, height=height, format=av.VideoFormat(pixels), time_base=self._time_base
        )

    def _add(self, before: FilterContext, name: str, args: str | None = None) -> FilterContext:
        node = self._graph.add(name, args)
        before.link_to(node)
        return node

    def _yuv(self, before: FilterContext, width: int, height: int, pixels: str) -> FilterContext:
        args = f'{width}:{height}:out_range=tv'
        if self._space != UNSPECIFIED:
            args += f':out_color_matrix={COLOUR_SPACES[self._space]}'
        return self._add(self._add(before, 'scale', args), 'format', pixels)

    def _overlay(
        self, base: FilterContext, layer: FilterContext, width: int, height: int, x: int, y: int
    ) -> FilterContext:
        node = self._add(base, 'overlay', f'{x}:{y}:format=yuv420')
        self._yuv(layer, width, height, 'yuva420p').link_to(node, 0, 1)
        return node

    def _rgba(self, layer: np.ndarray, pts: int) -> av.VideoFrame:
        frame = av.VideoFrame.from_ndarray(layer, 'rgba')
        frame.pts, frame.time_base = pts, self._time_base
        return frame
