"""The live connection: events pushed to whoever subscribes, and commands to links, over one WebSocket."""
