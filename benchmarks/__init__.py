"""The budgets of the project, measured: us and our peers side by side, in one run (``make bench``)."""
