"""Looks at all that an integration needs, says what to do, and repairs what it may."""
