"""The rules, in the words of the telephone: a folder a part of the system, what it stands on below it."""
