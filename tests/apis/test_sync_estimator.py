"""Offsets that are planted in an embedding; page/test_local_page.py has those of real files."""

import numpy as np
import pytest
import torch
from planted import CLIP, STEP, embedding, network

from mmav_coattn.apis.sync_estimator import MatchCurves, measure_sync
from mmav_coattn.errors import SilentAudioError, TooShortError, UnreadableMediaError


@pytest.mark.parametrize('shift', [0, 3, -5])
def test_planted_offset(shift):
    found = measure_sync(network(), embedding(lambda s: s - shift), 8 * STEP)
    assert found.curve.shape == (17,) and np.nanargmax(found.curve) == 8 + shift
    # The top of a parabola through three points, of which two are noise.
    assert found.offset == pytest.approx(shift * STEP, abs=0.1 * STEP)
    assert found.confidence > 0.99 and not found.at_edge and found.drift is None
    np.testing.assert_allclose(found.shifts, np.arange(-8, 9) * STEP)


def slow_scores(model, file, reach):
    """Logits (T, 2 reach + 1), one step and shift after the other; all audio is audible."""
    match, total = model.neck.match, len(file.times)
    scale = match.log_scale.exp()
    starts = [min(max(step - CLIP // 2, 0), total - CLIP) for step in range(total)]

    def likelihood(similarity, right):
        """Log share of the right step among all of the window."""
        return similarity[..., right] - similarity.logsumexp(dim=-1)

    columns = []
    for shift in range(-reach, reach + 1):
        matches = torch.zeros(total, file.visual.shape[1], file.audio.shape[1])
        heard = torch.zeros(total)
        for step, first in enumerate(starts):
            column = step + shift
            if not 0 <= column < len(file.audio):
                continue
            window = min(max(column - CLIP // 2, 0), len(file.audio) - CLIP)
            audio = file.audio[window : window + CLIP]
            rows = torch.einsum('pc,slc->pls', file.visual[step], audio) * scale
            clip = file.visual[first : first + CLIP]
            others = torch.einsum('tpc,lc->plt', clip, file.audio[column]) * scale
            both = likelihood(rows, column - window) + likelihood(others, step - first)
            matches[step], heard[step] = both / 2 + np.log(CLIP), 1
        parts = [slice(first, first + CLIP) for first in starts]
        counts = torch.stack([heard[part].sum() for part in parts])
        means = torch.stack([matches[part].sum(dim=0) for part in parts])
        means = means / counts.clamp(min=1)[:, None, None]
        logits = model.cls_head.logits(model.neck.compete(means, CLIP)[-1])
        columns.append(torch.where(counts >= CLIP / 2, logits, torch.nan))
    return torch.stack(columns, dim=1).numpy()


@torch.no_grad()
@pytest.mark.parametrize('module', ['AGA', 'CMA'])
def test_scores_one_step_after_the_other(module):
    model, file = network(module), embedding(lambda s: s + 2, total=80, grid=(1, 2), source=1)
    found = measure_sync(model, file, 10 * STEP)
    # Clips that begin where another does count once: those of the steps in their middle.
    expected = slow_scores(model, file, 10)[CLIP // 2 : 80 - CLIP // 2 + 1]
    np.testing.assert_allclose(found.window_scores, expected, atol=1e-4)
    np.testing.assert_allclose(found.window_times, 0.5 + (np.arange(8, 73) + 0.5) * STEP)
    # Half of the first clip has audio that is 8 steps earlier, half of the last such that is later.
    assert np.isfinite(found.window_scores[0]).tolist() == [False] * 2 + [True] * 19
    assert np.isfinite(found.window_scores[-1]).tolist() == [True] * 19 + [False] * 2


def test_no_score_where_less_than_half_a_clip_is_audible():
    file = embedding(lambda s: s)
    file.audible[20:36] = False
    curves = MatchCurves(network(), file, 2)
    # A clip begins 8 steps before its step.
    assert np.flatnonzero(~curves.valid[:, 2]).tolist() == list(range(21, 36))
    # Of audio 2 steps later, 2 steps earlier.
    assert np.flatnonzero(~curves.valid[:, 4]).tolist() == list(range(19, 34))
    found = measure_sync(network(), file, 5 * STEP)
    assert np.isnan(found.window_scores[:, 5]).sum() == 15
    assert found.offset == pytest.approx(0, abs=0.1 * STEP)
    # Audio that begins late and ends early: half of each of these clips has some.
    curves = MatchCurves(network(), embedding(lambda s: s, audio_steps=range(10, 45)), 0)
    assert np.flatnonzero(curves.valid[:, 0]).tolist() == list(range(10, 46))


def test_planted_drift():
    # What is seen at step t is heard at 1.02 t.
    file = embedding(lambda s: s / 1.02, total=400, audio_steps=range(420))
    found = measure_sync(network(), file, 12 * STEP)
    assert found.drift.rate == pytest.approx(0.02, abs=0.001)
    assert found.drift.first == pytest.approx(0.0, abs=0.5 * STEP)
    assert found.drift.last == pytest.approx(8 * STEP, abs=0.5 * STEP)
    assert found.offset == pytest.approx(4 * STEP, abs=0.5 * STEP)
    assert not found.pieces and found.confidence > 0.9
    # Along its course the audio matches; at no one shift does it.
    assert found.curve.max() > 10 and np.nanmean(found.window_scores, axis=0).max() < 0


@pytest.mark.parametrize('moves, cuts', [((3, -4), [130]), ((0, 6, 0), [90, 160]), ((-2, 0), [90])])
def test_planted_jumps(moves, cuts):
    def heard(step):
        # The video step t of a piece is heard at t + shift.
        for begin, end, shift in zip((-99, *cuts), (*cuts, 999), moves, strict=True):
            if begin <= step - shift < end:
                return step - shift
        return -1

    found = measure_sync(network(), embedding(heard, total=240), 8 * STEP)
    assert [round(piece.offset / STEP) for piece in found.pieces] == list(moves)
    # The score of a clip on both sides of a cut is that of the side with more of it.
    ends = [0.5 + cut * STEP for cut in (0, *cuts, 240)]
    np.testing.assert_allclose([piece.begin for piece in found.pieces], ends[:-1], atol=6 * STEP)
    np.testing.assert_allclose([piece.end for piece in found.pieces], ends[1:], atol=6 * STEP)
    assert found.pieces[0].begin == ends[0] and found.pieces[-1].end == ends[-1]
    longest = max(found.pieces, key=lambda piece: piece.end - piece.begin)
    assert found.offset == longest.offset
    assert found.confidence > 0.9 and found.drift is None


def test_what_is_no_jump_planted_noise_and_offsets_out_of_reach():
    # One step is not told from none, and audio of another file on one side tells nothing of a jump.
    for heard in (lambda s: s - (s >= 120), lambda s: s - 3 if s < 200 else -1):
        found = measure_sync(network(), embedding(heard, total=240), 8 * STEP)
        assert not found.pieces and found.drift is None and found.offset is not None
    found = measure_sync(network(), embedding(lambda s: -1), 8 * STEP)
    assert found.offset is None and found.no_visible_source
    found = measure_sync(network(), embedding(lambda s: s - 8), 8 * STEP)
    assert found.offset is None and found.at_edge and found.best == pytest.approx(8 * STEP)


def test_a_clip_with_shifted_audio():
    # Video and audio are one clip each, and overlap for less.
    file = embedding(lambda s: s - 4, total=CLIP, audio_steps=range(4, CLIP + 4))
    found = measure_sync(network(), file, 6 * STEP)
    assert found.best == pytest.approx(4 * STEP, abs=0.1 * STEP)
    # Video of less than a clip.
    file = embedding(lambda s: s - 2, total=10, audio_steps=range(20))
    assert measure_sync(network(), file, 6 * STEP).best == pytest.approx(2 * STEP, abs=0.1 * STEP)


def test_files_that_are_refused():
    apart = embedding(lambda s: s, audio_steps=range(58, 90))
    sentence = (
        r'planted\.mp4: has video from 0\.52 to 2\.88 s and audio from 2\.84 to 4\.08 s, and this '
        r'network needs 0\.2 s of both'
    )
    with pytest.raises(TooShortError, match=sentence):
        measure_sync(network(), apart, 2 * STEP)
    # Within a larger reach there is a clip that has audio.
    assert np.isfinite(measure_sync(network(), apart, 15 * STEP).window_scores).any()
    silent = embedding(lambda s: s)
    silent.audible[:] = False
    with pytest.raises(SilentAudioError, match='has no audible audio where there is video$'):
        measure_sync(network(), silent, 5 * STEP)
    broken = silent._replace(fault='is broken from 1.00 to 2.00 s')
    with pytest.raises(UnreadableMediaError, match=r'planted\.mp4: is broken from 1\.00'):
        measure_sync(network(), broken, 5 * STEP)
