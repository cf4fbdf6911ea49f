"""What runs beside a switch: it hears what happens there, hands it in, and stands in while we are away."""
