"""What the program tells of itself: logs, numbers, whether it is ready, and what is wrong with it."""
