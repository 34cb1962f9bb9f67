"""Papers (.docx) that come back filled in: opened by a child process, given as plain texts.

It knows no paper of ours: what the texts mean is said where they are read (`papers.monthly`).
The package itself imports nothing, so that the reading child starts quickly; use its modules.
"""
