"""From a file of households to the register.

`reading` finds the sheets and checks the cells; `assembly` makes households of rows and checks
them across rows; `placing` finds where each lives; `staging` keeps the good ones, encrypted, until
somebody puts them in force; `commit` does that in one transaction. `services` calls them in turn.
"""
