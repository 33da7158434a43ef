"""Every text that is said to a chat model, in Korean and English; one file a kind."""
