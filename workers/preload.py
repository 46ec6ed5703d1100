"""Imported once, by the forkserver, before it starts any job: torch is then ready in every job's process.

Never import this anywhere else. CUDA stays untouched: a process that has initialised it can no longer fork.
"""

import os

if os.getpgrp() != os.getpid():
    os.setsid()  # Ctrl-C in a terminal reaches the worker, which stops the jobs in good order, and not this process

import numpy  # noqa: F401
import torch  # noqa: F401

import workers.child
import workers.kit.encoders  # noqa: F401 - transformers, a second of imports
