#!/usr/bin/env bash
# Evaluate on a Slurm cluster: slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT [test.py arguments]
if [ $# -lt 4 ]; then
  echo "usage: $0 PARTITION JOB_NAME CONFIG CHECKPOINT [test.py arguments]" >&2
  echo "environment: GPUS GPUS_PER_NODE CPUS_PER_TASK SRUN_ARGS MASTER_PORT PYTHON" >&2
  exit 2
fi
exec "$(dirname "$0")/slurm_run.sh" "$1" "$2" test.py "$3" "$4" --launcher slurm "${@:5}"
