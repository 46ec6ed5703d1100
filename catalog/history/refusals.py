"""Why a step cannot be taken back. The messages are for people: they say what stands in the way, and where."""

from __future__ import annotations


class CannotReturn(Exception):
    """Nothing was written."""


class NothingToReturn(CannotReturn):
    """It stands already as it would stand afterwards."""


class Taken(CannotReturn):
    """Another row has the identifier or the address that would come back."""


class Gone(CannotReturn):
    """A paper, list or topic that the returned state needs is not there any more."""


class InTheWay(CannotReturn):
    """Something that came later hangs on what would go."""
