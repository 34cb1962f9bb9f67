"""Departmental data (部门数据): what other departments deliver each month, landed in the lake.

It holds the contracts' landing: a file becomes checked rows, tokens in the place of ID numbers, a
Parquet file per batch, and the knowledge of which month of which dataset is in force. It also
keeps the small ledger of signed authorisations (承诺授权书), without which asset data are compared
for nobody. It does not judge a household: that is `screening`. Importing this package loads no
framework; the parts that need one are imported by name.
"""
