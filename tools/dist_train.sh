#!/usr/bin/env bash
# Train on the GPUs of this machine, or of several: dist_train.sh CONFIG GPUS [train.py arguments]
if [ $# -lt 2 ]; then
  echo "usage: $0 CONFIG GPUS [train.py arguments]" >&2
  echo "environment: NNODES NODE_RANK MASTER_ADDR PORT PYTHON" >&2
  exit 2
fi
exec "$(dirname "$0")/dist_run.sh" "$2" train.py "$1" --launcher pytorch "${@:3}"
