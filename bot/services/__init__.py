"""What the bot does, without a word of Discord: intake, engine, money and what a card shows."""
