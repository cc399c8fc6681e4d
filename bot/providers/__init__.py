"""One file per provider; NEW_PROVIDER.md tells how to add one."""
