"""What a worker is told: settings, and the policy it runs by."""
