#!/usr/bin/env bash
# Evaluate on several GPUs: dist_test.sh CONFIG CHECKPOINT GPUS [test.py arguments]
if [ $# -lt 3 ]; then
  echo "usage: $0 CONFIG CHECKPOINT GPUS [test.py arguments]" >&2
  echo "environment: NNODES NODE_RANK MASTER_ADDR PORT PYTHON" >&2
  exit 2
fi
exec "$(dirname "$0")/dist_run.sh" "$3" test.py "$1" "$2" --launcher pytorch "${@:4}"
