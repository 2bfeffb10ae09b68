"""Tests of the web desk."""
