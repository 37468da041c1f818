#!/usr/bin/env bash
# What slurm_train.sh and slurm_test.sh share: slurm_run.sh PARTITION JOB_NAME TOOL [arguments of the tool]
set -euo pipefail

if [ $# -lt 3 ]; then
  echo "usage: $0 PARTITION JOB_NAME TOOL [arguments of the tool]" >&2
  exit 2
fi
partition=$1
job_name=$2
tool=$3
shift 3
tools=$(cd "$(dirname "$0")" && pwd)
# So that a checkout that is not installed works too.
export PYTHONPATH="$(dirname "$tools")${PYTHONPATH:+:$PYTHONPATH}"
# Two jobs that share a node must not share a port.
export MASTER_PORT=${MASTER_PORT:-$((12000 + RANDOM % 20000))}
read -r -a srun_args <<< "${SRUN_ARGS:-}"

exec srun \
  --partition="$partition" \
  --job-name="$job_name" \
  --gres=gpu:"${GPUS_PER_NODE:-8}" \
  --ntasks="${GPUS:-8}" \
  --ntasks-per-node="${GPUS_PER_NODE:-8}" \
  --cpus-per-task="${CPUS_PER_TASK:-5}" \
  --kill-on-bad-exit=1 \
  "${srun_args[@]}" \
  "${PYTHON:-python}" -u "$tools/$tool" "$@"
