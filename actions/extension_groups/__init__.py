"""Extension groups: who sees which extensions. iSymphony's Configuration API 3.1 (`extensionGroups`)."""
