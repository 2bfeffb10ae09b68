"""Letters that a worker can hand in: composed as text in a language, and printed as a PDF."""
