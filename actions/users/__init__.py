"""Users: somebody who telephones. XiVO's confd 16.15 (`/users`); statuses are iSymphony's (Live API 3.2)."""
