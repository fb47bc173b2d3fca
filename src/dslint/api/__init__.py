"""The library: what `import dslint` offers, a module a kind of verb. Each is imported when it is
first used.
"""
