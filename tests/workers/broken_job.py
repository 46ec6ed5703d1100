"""A job whose module cannot be imported."""

raise ImportError("no module named nowhere")
