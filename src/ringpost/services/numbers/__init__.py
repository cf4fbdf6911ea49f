"""Numbers: who has which, whose box takes messages, and where what is dialled leads."""
