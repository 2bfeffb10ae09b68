"""Backups: every database in one file, made while servers run, and putting it back."""
