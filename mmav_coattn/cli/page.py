"""Open a page for one's own videos in the browser of this computer.

Drop a video: the page shows where its sound comes from and by how much it is late or early, and
gives a corrected copy to download. It is served on the loopback address: no other computer reaches
it, and nothing is sent anywhere.
"""

import argparse

from .arguments import add_checkpoint_arguments, build_inferencer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_checkpoint_arguments(parser)
    parser.add_argument('--port', type=int, default=7860, help='default: 7860')
    parser.add_argument(
        '--max-upload-mb', type=int, default=500, help='larger files are refused; default: 500'
    )


def run(args: argparse.Namespace) -> None:
    """Serve until interrupted."""
    from mmav_coattn.page import serve

    serve(build_inferencer(args), args.port, args.max_upload_mb)
