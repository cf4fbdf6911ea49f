"""What was: call records found, counted and taken away; recordings, taken in and heard; events and the audit."""
