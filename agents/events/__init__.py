"""Events on their way in: admitted or rejected, and what each kind of them books."""
