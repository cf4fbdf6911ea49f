"""The operator's page, in a real browser against ``ringpost serve``; its files, checked without one."""
