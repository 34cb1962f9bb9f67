"""The register of households and people (户籍档案): what is known, since when and from where.

It holds households, persons, who belonged to which household when, and the sources of every fact.
It does not judge: hints and suspicions belong to `screening`, assessed levels and handling to
`monitoring`. Importing this package loads no framework; the parts that need one are imported by
name (`registry.services`, `registry.selectors`).
"""
