"""What a county is judged by (domain.md 1.1 to 1.4): one declaration an indicator."""
