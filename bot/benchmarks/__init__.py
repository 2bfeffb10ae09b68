"""Benchmarks that need more than a few lines; `haq bench` runs them."""
