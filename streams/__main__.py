"""`whalecurve`, and `python -m streams`: the first thing is where the rooms come from."""

from streams.compiled import prefer


def main() -> None:
    """Runs the command, on the compiled rooms where they are."""
    prefer()
    # the command imports the rooms: not before it is known which
    from streams.cli.main import main as command  # noqa: PLC0415

    command()


if __name__ == "__main__":
    main()
