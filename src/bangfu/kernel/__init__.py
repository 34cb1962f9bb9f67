"""Pure values of the product: they check themselves, and know nothing of databases or screens.

What belongs here: numbers and codes with a public standard behind them (citizen ID, credit code,
division code), money, periods, three-valued decisions, masks, and who acts within which scope.
What does not: policy, code lists, texts for people, anything with a clock. Standard library only.
"""
