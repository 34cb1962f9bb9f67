"""A month of a region: pack and inputs in, hints, findings, evidence and a manifest out.

`run` decides every household, `explain` tells one household's clauses from the evidence,
`difference` compares two runs. The layout of both folders is in docs/reference/engine-files.md."""

from bangfu.engine.runs.difference import Difference, difference
from bangfu.engine.runs.explain import explain
from bangfu.engine.runs.manifest import FORMAT, Manifest, read_manifest
from bangfu.engine.runs.run import run

__all__ = ["FORMAT", "Difference", "Manifest", "difference", "explain", "read_manifest", "run"]
