"""What every provider that speaks to a chat server shares: one client, one gate, one way to read an answer."""
