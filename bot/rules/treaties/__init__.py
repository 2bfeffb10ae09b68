"""What crosses borders: instruments, ratifications, agreements, and the rights derived from them."""
