"""Discord (REST, gateway, interactions), a counting provider and a feed of requests: one process.

It lives on while the bot's process is killed, so it can say what truly arrived. The bot under test
is pointed at it by `pointing.py`; tests ask it over `/_control/...` (`process.py`), play its
members (`member.py`) and make its gateway's weather (`Street.weather`).
"""
