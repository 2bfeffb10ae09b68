"""The calculators as forms: their fields and words, what is written in them, and how a result is shown."""
