"""A synthetic lake: households, members and every feed of the catalog, invented from a seed."""

from bangfu.engine.synthetic.generate import Made, generate_lake

__all__ = ["Made", "generate_lake"]
