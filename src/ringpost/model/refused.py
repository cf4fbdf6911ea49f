"""Members that originals have and that nothing here would heed: refused, rather than kept and forgotten."""

from typing import Any

from pydantic import AfterValidator, ValidationInfo

from ringpost.model.errors import CannotComply


def refused(instead: str, *but: Any) -> AfterValidator:
    """A value other than these is a 422 that says what to do instead: with these nobody misses anything."""

    def check(value: Any, info: ValidationInfo) -> Any:
        if value not in but:
            raise CannotComply(f"{info.field_name} does nothing here: {instead}", parameter=info.field_name)
        return value

    return AfterValidator(check)
