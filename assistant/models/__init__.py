"""Answers in the words of a language model.

`chat_model` and `writer` ask it, `unwrapped`, `citing` and `manuscript` read its draft, `generative` makes points of it.
"""
