"""Ring groups: one number that rings several phones."""
