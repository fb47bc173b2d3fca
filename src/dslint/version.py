"""The version, where it can be read without `importlib.metadata`, which takes longer than all of
`--version`.
"""

VERSION = "0.1.0"
