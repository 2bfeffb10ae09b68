"""The databases of people and of accounts: their tables, step by step, while programs use them."""
