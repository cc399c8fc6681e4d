"""Everything of the bot that is not a Discord command."""
