"""Every table by name: the vocabulary of rules."""

from __future__ import annotations

from dslint.facts.calls import TOOL, TOOL_CALL
from dslint.facts.dataset import DATASET, TOTALS
from dslint.facts.file_tables import DEFECT, FILE
from dslint.facts.images import IMAGE
from dslint.facts.message import MESSAGE
from dslint.facts.record import RECORD
from dslint.facts.relations import NEAR, OVERLAP, TWIN
from dslint.facts.sensitive import PERSONAL, SECRET
from dslint.facts.table import Table

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        *(FILE, DEFECT, RECORD, MESSAGE, TOOL_CALL, TOOL, IMAGE),
        *(SECRET, PERSONAL, DATASET, TWIN, NEAR, OVERLAP, TOTALS),
    )
}
