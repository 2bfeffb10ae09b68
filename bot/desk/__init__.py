"""The web desk: pages for outreach workers and welfare-fund staff, and the HTTP API."""
