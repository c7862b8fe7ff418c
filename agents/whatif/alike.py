"""Whether two values are equal."""


def alike(one: object, other: object) -> bool:
    """Whether they are equal, field by field.

    Not `one == other` where both are known as structs: compiled, that asks whether they are one and
    the same object.
    """
    return one == other
