"""Contacts: who is calling. iSymphony's contacts, XiVO's phonebooks (xivo-dird)."""
