"""Child processes that read what strangers sent: a few words of environment, limits of memory,
processor, time and writing. What is read, and what the answer says, is their callers' business.
"""
