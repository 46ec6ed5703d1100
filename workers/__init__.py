"""The engine: plain Python and PyTorch. Nothing here, or below, imports Django or an app of ours."""
