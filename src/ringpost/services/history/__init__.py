"""What was: finding call records, counting them, taking them away; recordings."""
