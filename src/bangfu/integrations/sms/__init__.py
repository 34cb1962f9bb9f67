"""An SMS gateway by signed HTTP, and one of our own on loopback to try things with.

Each message goes with a key that stays the same for every attempt. What the gateway answers is
read as one of few outcomes (`notifications.ports.Outcome`); its own words, the text and the
telephone never reach a log. Which people get what, and when, is not decided here.
"""
