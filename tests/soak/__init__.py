"""The soak: ten thousand edits one after the other, and what is left behind of them.

The real composition root in a process of its own, with its picture workers, its SQLite file and its
view loop, against a Discord and a provider on loopback. `python -m tests.soak --count N`.
"""
