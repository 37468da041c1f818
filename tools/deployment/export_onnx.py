"""Write the network as an ONNX file: the same as ``mmav-coattn export``."""

from mmav_coattn.cli import run_command

if __name__ == '__main__':
    run_command('export')
