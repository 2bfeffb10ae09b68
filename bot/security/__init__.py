"""The audit of what Haq is built on: known weaknesses of its dependencies, each judged."""
