"""Discord's bad days over REST: every route that the bot uses, against every way it can fail."""
