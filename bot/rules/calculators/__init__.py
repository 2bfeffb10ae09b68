"""Calculators: what is owed or adds up, from rules, with every step."""
