"""Everything that Discord sees of a task: the bot's client, its cards, replies and answers."""
