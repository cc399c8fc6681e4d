"""What several cogs share: reading what an interaction brings, and offering choices."""
