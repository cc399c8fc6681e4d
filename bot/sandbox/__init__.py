"""The bot in a browser page that stands in for Discord: no token, no key, loopback only."""
