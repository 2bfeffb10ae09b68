"""What is kept of people: as little as possible, briefly, erasable."""
