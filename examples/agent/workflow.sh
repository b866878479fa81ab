#!/usr/bin/env bash
# What a coding agent does with a GPU box, from nothing to results: every step is one command that prints data on stdout, and fails
# with an exit code. Needs jq. Run it in this directory: ./workflow.sh
set -euo pipefail

# Make a box, and wait until it can be used.
CONTAINER=$(devbox deploy --name "training" --template pytorch --gpu-type "RTX 4090" --wait --json | jq -r '.container_id')

# Is it running?
devbox inspect $CONTAINER --json | jq '.status'

# Bring the code.
devbox exec $CONTAINER -- sh -c 'cat > /workspace/train.py << "PYEOF"
import json
import torch

weights = torch.zeros(4)
print("training on", torch.cuda.get_device_name(0))
with open("/workspace/results.json", "w") as results:
    json.dump({"loss": 0.25, "weights": weights.tolist()}, results)
PYEOF'

# Run it.
devbox exec $CONTAINER -- python /workspace/train.py 2>&1

# Look at the GPU.
devbox exec $CONTAINER -- nvidia-smi

# Read the results.
devbox exec $CONTAINER -- cat /workspace/results.json

# Read what the box itself has said.
devbox logs $CONTAINER --tail 50

# Stop it: the workspace stays, and `devbox start training` takes it up again.
devbox stop $CONTAINER
