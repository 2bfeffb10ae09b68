"""The commands, a module each with a click command named `command`.

A module is imported when its command is called; imports at its top should be light.
"""
