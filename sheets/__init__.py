"""Reading and writing spreadsheets. The lowest floor: knows no model and no other app."""
