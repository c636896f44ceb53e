"""The workbench: what a person must do, what came since he last looked, how the policy clock stands in his places."""
