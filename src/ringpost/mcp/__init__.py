"""Tools for assistants: an MCP server that is a client of the endpoint, and knows of actions what that says of them."""
