"""Facts taken from records, whatever anybody thinks of them: the tables that rules ask their
questions of.
"""
