"""What an admin does with an integration between its connection and its end."""
