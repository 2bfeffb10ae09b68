"""What people asked to be kept or done later: a person at the desk, reminders; and their feedback."""
