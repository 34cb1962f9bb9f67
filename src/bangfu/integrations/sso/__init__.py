"""A province's single sign-on (统一身份认证) by OpenID Connect.

It proves who somebody is and nothing else: accounts and posts stay ours. A person is known by the
number that an administrator wrote beside an account; nobody signs up by it, nobody joins his own
account to it, and of what it tells about a person only that number is kept.
"""
