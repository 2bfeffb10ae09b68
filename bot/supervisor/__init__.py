"""Training the model, and starting, watching and stopping the processes of Haq."""
