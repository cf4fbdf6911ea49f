"""Extensions, users and their groups: who has which phone, who sees whom, and who may do what."""
