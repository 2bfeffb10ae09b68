"""The commands, a module each, with a click command named `command`; imported when called, so keep imports at the top light."""
