"""Knowledge distillation: a small network learns from a large one."""
