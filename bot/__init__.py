"""Haq: what migrant workers are entitled to, from rules with sources."""
