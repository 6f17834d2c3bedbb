"""The fault matrix: what may go wrong, at which moments, and what became of it, in a table.

    from hotdesk_hil.rig.matrix import FAULTS, Moment, Surroundings

`hil/suites/test_fault_matrix.py` runs it on every rig; `hil/FAULTS.md` is its table.
"""

from .faults import FAULTS, FaultCase, Moment, Surroundings
from .outcome import Outcome, Result, outcome
from .table import PROPERTY, Row, Table

__all__ = [
    "FAULTS",
    "PROPERTY",
    "FaultCase",
    "Moment",
    "Outcome",
    "Result",
    "Row",
    "Surroundings",
    "Table",
    "outcome",
]
