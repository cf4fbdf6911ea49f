"""What a softphone needs to register. XiVO's confd 16.15 (`/users/{u}/lines/main/associated/endpoints/sip`)."""
