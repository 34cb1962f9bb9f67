"""The promised tables: what the engine reads, column by column, and how it is written.

`types` are the kinds and units of values, `tables` the shapes; `catalog` joins the two registry
tables with the feeds that standards/datasets describes; `arrow` and `writer` make Parquet files
that keep the promise."""
