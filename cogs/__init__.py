"""The Discord commands: each parses, calls one service and renders."""
