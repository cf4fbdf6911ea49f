"""Where it starts: the Lambda function, the local server, the command line."""
