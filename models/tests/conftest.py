"""Tests share the machine with other work: one thread each is quicker than two that wait for each other."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
