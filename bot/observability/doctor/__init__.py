"""`haq doctor`: looks at a deployment, and says in plain words what is wrong and what to do."""
