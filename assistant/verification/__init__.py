"""Does what is cited carry a point? Words first, then two parses compared, then the reader: see `assistant.verification.verify`."""
