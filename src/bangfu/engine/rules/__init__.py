"""The rule language: formula text → typed AST → reference evaluator or SQL. See
docs/reference/rule-language.md. Three-valued: true, false, unknown with a reason."""
