"""The workbooks that go up into the national system: their columns, what stands in each cell, what it would refuse."""
