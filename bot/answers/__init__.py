"""From results to text: what the rules say, in the person's language, with source and date."""
