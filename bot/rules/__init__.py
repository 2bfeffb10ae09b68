"""The rules database: vocabulary, rule types, loading, resolution.

Knows nothing of text, languages, Rasa or the web: it takes a case and gives rules.
"""
