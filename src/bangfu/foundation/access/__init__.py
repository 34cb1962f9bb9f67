"""Who may do what, where: roles as plain data, the scope of an actor, and its activation."""
