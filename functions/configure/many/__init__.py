"""Connects many repositories with one access token."""
