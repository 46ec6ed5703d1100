"""Imported by the workers of a site under test: their jobs are the toys."""

from demos import execution

execution.supervisor._execute = "tests.faults.toys.execute"
