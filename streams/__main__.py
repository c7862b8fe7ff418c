"""`python -m streams`: the same as `whalecurve`."""

from streams.cli.main import main

main()
