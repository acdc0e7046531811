"""The heart: messages, who owns a conversation, the queue, turns of the bot, delivery.

Everything here keeps four promises: a message that was acknowledged is stored and stored once; messages of a
conversation have one order; the bot runs one turn at a time; what the bot says counts only while the
conversation is still the bot's (see ``docs/explanation/conversations.md``).
"""
