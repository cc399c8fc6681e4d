"""Discord's REST half, a counting provider and a feed of requests, in one loopback process.

It lives on while the bot's process is killed, so it can say what truly arrived. The bot under test
is pointed at it by `discord.http.Route.BASE`; tests ask it over `/_control/...` (see `process.py`).
"""
