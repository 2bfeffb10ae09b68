"""Who works at the desk: accounts, roles, sessions, keys of other systems, and the audit log."""
