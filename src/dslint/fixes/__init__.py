"""Fixes: what mends a record at the place where a rule points, as edits. Pure, like the checks."""
