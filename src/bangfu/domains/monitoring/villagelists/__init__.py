"""The monthly lists of each village (本月核查清单): made, printed, entered back."""
