"""The command ``readout``, and ``python -m readout``."""

from __future__ import annotations


def main() -> None:
    """Run the command."""
    from app import main as command

    command()


if __name__ == "__main__":
    main()
