"""Background work (任务): started under somebody's scope, run by a worker, with progress.

`start` queues a job inside the caller's transaction, `run_now` runs the same handler at once,
`handler` registers what a kind of job does. It does not know what any job is about.
"""
