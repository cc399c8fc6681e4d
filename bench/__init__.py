"""What the bot costs, measured on the machine at hand; `make bench` prints one table."""
