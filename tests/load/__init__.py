"""The load: many members of many servers at once, for minutes, and how the bot bears it.

The real bot in a process of its own, with login and gateway; Discord and the providers in two
others; the members in this one. `python -m tests.load --minutes N`.
"""
