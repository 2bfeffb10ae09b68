"""The conversation: from what a person said and what is known of them to what is said back.

Pure functions over a `Turn`; knows nothing of Rasa or of channels. Issue by issue the dialogue
grows here, while `actions/` stays a thin adapter.
"""
