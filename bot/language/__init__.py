"""What can be read from a message without a model: language, entities, danger, choices.

Adding a language is adding ``data/<language>/*.yml``; the code knows no language.
Nothing here imports Rasa, a web framework or another package of the bot.
"""
