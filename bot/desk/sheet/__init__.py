"""The case sheet: what is handed to a worker, and the files that go with it."""
