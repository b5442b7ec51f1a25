"""The page that shows a report in full."""
