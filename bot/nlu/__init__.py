"""Rasa graph components, thin over `bot.language`, and the other places where Rasa is touched."""
