"""What runs beside a switch: it hears what happens there and hands it in."""
