"""Accounts (账号): who signs in, and which posts they hold. Sign-in itself is allauth's."""
