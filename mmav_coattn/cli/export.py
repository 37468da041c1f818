"""Write the network as an ONNX file, and check it against PyTorch.

Inputs: frames, uint8 RGB (N, 3, T, H, W), and waveforms, float32 (N, S). Outputs: sync_logits (N,),
above 0 where in sync, and attention (N, H', W'), weights of the locations. N is free.
"""

import argparse
from pathlib import Path

from .arguments import add_checkpoint_arguments, build_inferencer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_checkpoint_arguments(parser)
    parser.add_argument('-o', '--out', type=Path, required=True, help='.onnx file to write')


def run(args: argparse.Namespace) -> int:
    """Export and check; exit code 1 if the file differs from PyTorch."""
    from mmav_coattn.deployment import check_onnx, export_onnx

    inferencer = build_inferencer(args)
    path = export_onnx(inferencer, args.out)
    check = check_onnx(inferencer, path)
    print(f'{path}: {path.stat().st_size / 1e6:.1f} MB; {check.sentence()}')
    return 0 if check.passed else 1
