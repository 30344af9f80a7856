"""A text that somebody else wrote, held claim by claim against the index: see `assistant.check.checker`."""
