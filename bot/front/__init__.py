"""The assistant without Rasa: the same model, conversation, store and answers behind a small web server."""
