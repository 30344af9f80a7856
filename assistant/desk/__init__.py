"""The news desk: what stands behind the chat. Conversations, users and the functions that programs may call."""
