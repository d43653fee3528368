"""The base of everything a scenario holds: frozen, and an unknown key is an error."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen record of settings; a what-if is a changed copy that is validated again."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        defer_build=True,  # the root's validator holds those of all its parts: building each on its own costs a second
    )
