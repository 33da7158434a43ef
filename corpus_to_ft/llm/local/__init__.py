"""What a llama.cpp server of our own needs: its model's file, its process, and the way to the hub."""
