"""The verbs, one a module: settings and records go in, a value comes out."""
