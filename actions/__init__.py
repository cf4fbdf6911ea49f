"""What the API can do: a folder a family, a file an action, and the file's name is the action's."""
