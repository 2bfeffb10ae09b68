"""Several workers, and the servers that they share."""
