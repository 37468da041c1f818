"""The network outside of PyTorch."""

from .onnx_export import OnnxCheck, check_onnx, export_onnx
from .sync_graph import SyncGraph

__all__ = ['OnnxCheck', 'SyncGraph', 'check_onnx', 'export_onnx']
