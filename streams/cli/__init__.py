"""The command `whalecurve`: one module a subcommand."""
