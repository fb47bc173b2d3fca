"""Bytes into records: opening files, cutting them into lines, parsing, and saying what is wrong
with a line.
"""
