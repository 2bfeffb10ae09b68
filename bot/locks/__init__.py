"""One message of a person at a time, whichever of several processes they reach."""
