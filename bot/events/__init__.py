"""What other systems may hear of each answer: that it was given, of what kind, and how fast. Nothing else."""
