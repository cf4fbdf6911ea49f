"""User groups and what they may do. iSymphony's Configuration API 3.1 (`userGroups`, `permissions`)."""
