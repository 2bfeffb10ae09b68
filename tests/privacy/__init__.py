"""Privacy: keys, redaction, retention, erasure."""
