"""What the diffs of a commit amount to, by the settings of the integration."""
