"""Voicemail boxes. XiVO's confd 16.15 (`/voicemails`)."""
