"""Django apps with no business in them; domains build on these and never the other way round."""
