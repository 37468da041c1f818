"""Write the lists of the three official splits of UCF101 for the recipes of configs/transfer/.

python tools/data/ucf101/make_lists.py data/ucf101
"""

import mmav_coattn  # noqa: F401  (before mmaction: today's stack needs its shims)
from mmav_coattn.cli.run_tool import run_tool
from mmav_coattn.preparation import recognition_splits

if __name__ == '__main__':
    run_tool(lambda: recognition_splits.main('ucf101', __doc__))
