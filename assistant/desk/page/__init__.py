"""The page: its layout in Gradio, and what each click does.

What a person sees is made by `panel` from what the index and the conversations hold; ``desk.js`` sends what is clicked as an event, with
the data that stand at the thing clicked. The browser is not believed: whose a conversation is, the server's store knows.
"""
