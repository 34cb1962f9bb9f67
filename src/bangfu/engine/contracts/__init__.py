"""The promised tables: what the engine reads, column by column, and how it is written.

`tables` holds the shapes, `catalog` joins the two registry tables with the feeds that
standards/datasets describes, `coverage` is the manifest of what has been committed, `writer`
makes Parquet files that keep the promise."""
