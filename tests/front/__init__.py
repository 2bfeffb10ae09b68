"""The assistant without Rasa, and what must be able to run without it."""
