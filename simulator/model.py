"""The base of everything a scenario holds: frozen, and an unknown key is an error."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class Model(BaseModel):
    """A frozen record of settings; a what-if is a changed copy that is validated again."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        defer_build=True,  # the root's validator holds those of all its parts: building each on its own costs a second
    )


class OneOrMore:
    """Marks a field that holds several of something, of which a single one may be written without a list."""

    def __get_pydantic_core_schema__(self, several: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_listed, handler(several))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        many = handler(core)
        return {"anyOf": [many["items"], many]}


def _listed(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else (value,)


Names = Annotated[tuple[str, ...], OneOrMore()]
"""One name, or several."""


def rebuild_models() -> None:
    """Build anew what validates scenarios, where it is built: a rule or a distribution has come or gone.

    All models that are built are taken apart first, since each holds the parts that it was built of.
    """
    built = [model for model in _below(Model) if model.__pydantic_complete__]
    for model in built:
        model.__pydantic_complete__ = False
        if "__pydantic_core_schema__" in model.__dict__:
            del model.__pydantic_core_schema__
    for model in built:
        model.model_rebuild(force=True, raise_errors=False)


def _below(model: type[Model]) -> list[type[Model]]:
    return [each for child in model.__subclasses__() for each in (child, *_below(child))]
