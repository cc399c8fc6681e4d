"""Strangers' files by the thousand, each given to the real front door in a real worker."""
