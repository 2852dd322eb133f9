"""The question that asks for nothing in particular, and the answer that has nothing to say."""

from consentry.uma.value import value


@value
class Nothing:
    """No parameters, or no members."""
