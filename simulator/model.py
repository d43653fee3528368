"""The base of everything a scenario holds: frozen, an unknown key is an error, and a copy is validated."""

import weakref
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Annotated, Any, Concatenate, Generic, ParamSpec, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    SerializationInfo,
    ValidationError,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from simulator.field_docs import field_docs

P = ParamSpec("P")
R = TypeVar("R")
V = TypeVar("V")
CANONICAL = "canonical"
"""Asks for plain data of which the hash is made: see `AnyOrder`."""


class Model(BaseModel):
    """A frozen record of settings; a what-if is a changed copy that is validated again."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        defer_build=True,  # the root's validator holds those of all its parts: building each on its own costs a second
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for name, text in field_docs(cls).items():
            field = properties.get(cls.model_fields[name].alias or name)
            if field is not None:
                field.setdefault("description", text)
        return schema

    def written(self) -> Any:
        """Plain data as a scenario writes it: validated again, it is this model. What nobody stated is left out."""
        return self._plain(exclude_unset=True)

    def canonical(self) -> Any:
        """The same for models of equal content: a default that is stated counts as one that is left out."""
        return self._plain(exclude_defaults=True, context={CANONICAL: True})

    def _plain(self, **how: Any) -> Any:
        # `mode="json"` is where quantities write their units; what is no value of the field's kind goes through as
        # it is, for the validator to judge
        return self.__pydantic_serializer__.to_python(
            self, mode="json", by_alias=True, warnings=False, fallback=str, **how
        )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields changed, validated as if it had been written so.

        Values are as the fields hold them (hours as a number) or as a scenario writes them ("2 days").

        Errors: pydantic's ValidationError for a value that will not do, or a name that is no field.
        """
        fields = type(self).model_fields
        changes = {name: value for name, value in (update or {}).items() if name in fields}
        bare = super().model_copy(update=changes, deep=deep)
        for name in bare.__dict__.keys() - fields.keys():  # what was worked out from the fields as they were
            del bare.__dict__[name]
        if not update:
            return bare
        for name, value in changes.items():
            if not fields[name].is_required() and value is fields[name].default:
                bare.__pydantic_fields_set__.discard(name)
        unknown = {name: value for name, value in update.items() if name not in fields}
        written = bare.written()
        return type(self).model_validate(
            {**(written if isinstance(written, dict) else {}), **unknown} if unknown else written
        )

    def __eq__(self, other: object) -> bool:
        """Whether it is of the same kind with equal settings; what was worked out from these does not count."""
        if not isinstance(other, Model) or _kind(self) is not _kind(other):
            return False
        return all(getattr(self, name) == getattr(other, name) for name in type(self).model_fields)

    def __reduce__(self) -> tuple[Any, ...]:
        return _read_again, (type(self), self.written())


def _kind(model: Model) -> type[BaseModel]:
    """Its class, whatever a generic one is made for."""
    return model.__pydantic_generic_metadata__["origin"] or type(model)


M = TypeVar("M", bound=Model)


class UnreadableModelError(RuntimeError):
    """A pickle that this process cannot read: mostly since it lacks a plugin that the other one had."""


def _read_again(kind: type[M], written: Any) -> M:
    """The model that another process has pickled, or this one."""
    try:
        return kind.model_validate(written)
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_url=False)
        )
    raise UnreadableModelError(
        f"this process cannot read the {kind.__name__.lower()} that it was sent: {said}. "
        "Does it lack a plugin that the sender has?"
    )


class Beside(Generic[M, V]):
    """What is known of frozen models, kept beside them: by identity, since a copy is another one, and as long as
    they live."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[weakref.ref[M], V]] = {}

    def get(self, model: M) -> V | None:
        """What is kept of this very model."""
        found = self._kept.get(id(model))
        return found[1] if found is not None and found[0]() is model else None

    def put(self, model: M, value: V) -> V:
        """Keep a value until the model is gone."""
        key = id(model)

        def forget(gone: weakref.ref[M]) -> None:
            if key in self._kept and self._kept[key][0] is gone:  # another model may live in its place by now
                del self._kept[key]

        self._kept[key] = (weakref.ref(model, forget), value)
        return value


def once(work: Callable[Concatenate[M, P], R]) -> Callable[Concatenate[M, P], R]:
    """Makes a function of a frozen model and further arguments work its answers out once, as long as the model lives.

    The callers share the answer and leave it as it is.
    """
    kept: Beside[M, dict[Any, R]] = Beside()

    @wraps(work)
    def found(model: M, /, *args: P.args, **named: P.kwargs) -> R:
        answers = kept.get(model)
        if answers is None:
            answers = kept.put(model, {})
        key = (args, tuple(sorted(named.items())))
        if key not in answers:
            answers[key] = work(model, *args, **named)
        return answers[key]

    return found


def must_add_to_1(names: str, shares: Iterable[float]) -> None:
    """Errors: ValueError for shares that are not the whole.

    >>> must_add_to_1("wait and leave", [0.5, 0.4])
    Traceback (most recent call last):
    ValueError: wait and leave must add to 1; they add to 0.9
    """
    total = sum(shares)
    if abs(total - 1) > 1e-6:
        raise ValueError(f"{names} must add to 1; they add to {total:g}")


class AnyOrder:
    """Marks a mapping of which the order changes no number: equal but for the order of its keys, it is equal content.

    Other mappings are kept in order by the hash: whom a random number picks, who is served first among equals and in
    which order numbers are added up follows it.
    """

    def __get_pydantic_core_schema__(self, mapping: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = handler(mapping)
        write = core_schema.wrap_serializer_function_ser_schema(_sorted, info_arg=True, schema=inner)
        return core_schema.no_info_after_validator_function(_same, inner, serialization=write)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(core)


def _same(value: Any) -> Any:
    return value


def _sorted(value: Any, write: Callable[[Any], Any], info: SerializationInfo) -> Any:
    found = write(value)
    if isinstance(info.context, dict) and info.context.get(CANONICAL) and isinstance(found, dict):
        return dict(sorted(found.items()))
    return found


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
