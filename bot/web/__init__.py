"""What the bot serves over HTTP; knows the services and nothing of Discord."""
