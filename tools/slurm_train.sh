#!/usr/bin/env bash
# Train on a Slurm cluster: slurm_train.sh PARTITION JOB_NAME CONFIG [train.py arguments]
if [ $# -lt 3 ]; then
  echo "usage: $0 PARTITION JOB_NAME CONFIG [train.py arguments]" >&2
  echo "environment: GPUS GPUS_PER_NODE CPUS_PER_TASK SRUN_ARGS MASTER_PORT PYTHON" >&2
  exit 2
fi
exec "$(dirname "$0")/slurm_run.sh" "$1" "$2" train.py "$3" --launcher slurm "${@:4}"
