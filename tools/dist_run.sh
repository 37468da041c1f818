#!/usr/bin/env bash
# What dist_train.sh and dist_test.sh share: dist_run.sh GPUS TOOL [arguments of the tool]
set -euo pipefail

if [ $# -lt 2 ]; then
  echo "usage: $0 GPUS TOOL [arguments of the tool]" >&2
  exit 2
fi
gpus=$1
tool=$2
shift 2
tools=$(cd "$(dirname "$0")" && pwd)
# So that a checkout that is not installed works too.
export PYTHONPATH="$(dirname "$tools")${PYTHONPATH:+:$PYTHONPATH}"

exec "${PYTHON:-python}" -m torch.distributed.run \
  --nnodes="${NNODES:-1}" \
  --node_rank="${NODE_RANK:-0}" \
  --master_addr="${MASTER_ADDR:-127.0.0.1}" \
  --master_port="${PORT:-29500}" \
  --nproc_per_node="$gpus" \
  "$tools/$tool" "$@"
