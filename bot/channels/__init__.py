"""Messaging channels, one module each."""
