"""Events: what happened, for whoever was away; what a switch tells; who did what."""
