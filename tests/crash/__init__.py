"""The kill test: the real composition root dies by `kill -9` again and again, and nothing is lost.

The bot runs in a process of its own (`botproc.py`); a provider and Discord's REST half in another
(`tests/standin/`) count what truly arrives. `python -m tests.crash --kills N --seed S` makes a long
run; `test_kill.py` a short one.
"""
