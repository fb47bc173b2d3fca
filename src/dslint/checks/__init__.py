"""The checks that SQL can't say, in modules named like the folders of rules."""
