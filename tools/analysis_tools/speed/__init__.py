"""Speed of the loader and of the network, as ratios measured within one run."""
