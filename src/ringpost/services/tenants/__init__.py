"""The tenants, and the switches they live on."""
