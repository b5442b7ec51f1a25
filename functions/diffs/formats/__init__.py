"""Reads the results of diff tools: a module for each tool, and what they share."""
