"""Security: what is shut stays shut."""
