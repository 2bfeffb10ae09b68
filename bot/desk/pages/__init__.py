"""The desk's pages, a module a concern; each gives its routes as ROUTES."""
