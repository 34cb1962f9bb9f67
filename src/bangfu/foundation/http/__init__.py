"""What every route shares: how it declares its permission, and the shape of an error.

It knows nothing of what the routes do, makes no scope and reads no table: the scope of a request
is made by the server's middleware from the user's active post and stands in `request.scope`.
"""
