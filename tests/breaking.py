"""What of a change to an API's document breaks the programs that were written for the document before."""

from collections.abc import Iterator
from typing import Any

_LOWER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")
_HIGHER = ("minLength", "minimum", "minItems")
_FORM = ("type", "format", "const", "prefixItems")


class Change:
    """Two documents of one API."""

    def __init__(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        self._before, self._after = before, after

    def breaks(self) -> list[str]:
        """A sentence for each thing that a program may have relied on."""
        found: list[str] = []
        for kind in ("paths", "webhooks"):
            for path, methods in self._before.get(kind, {}).items():
                for method, old in methods.items():
                    new = self._after.get(kind, {}).get(path, {}).get(method)
                    where = f"{method.upper()} {path}"
                    if new is None:
                        found.append(f"{where} is gone")
                    elif kind == "paths":
                        found += [f"{where}: {each}" for each in self._call(old, new)]
                    else:
                        found += [f"{where}: {each}" for each in self._content(old, new, "requestBody", sent=False)]
        return found

    def _call(self, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        before, after = (
            {(each["in"], each["name"]): each for each in call.get("parameters", ())} for call in (old, new)
        )
        for place, parameter in after.items():
            if parameter.get("required") and not before.get(place, {}).get("required"):
                yield f"{place[1]} is needed now"
        for place, parameter in before.items():
            if place not in after:
                yield f"{place[1]} is not read any more"
            else:
                yield from self._schema(parameter["schema"], after[place]["schema"], place[1], sent=True)
        if _scopes(new) - _scopes(old):
            yield f"needs {', '.join(sorted(_scopes(new) - _scopes(old)))} now"
        yield from self._content(old, new, "requestBody", sent=True)
        if new.get("requestBody", {}).get("required") and not old.get("requestBody", {}).get("required"):
            yield "a body is needed now"
        if new.get("requestBody", {}).get("x-max-bytes", 0) < old.get("requestBody", {}).get("x-max-bytes", 0):
            yield "less may be sent"
        for status, answer in old["responses"].items():
            if status not in new["responses"]:
                if status < "400":
                    yield f"never answers {status} any more"
                continue
            for name in answer.get("headers", {}):
                if name not in new["responses"][status].get("headers", {}):
                    yield f"{status} lacks {name}"
            yield from self._content(old["responses"], new["responses"], status, sent=False)

    def _content(self, old: dict[str, Any], new: dict[str, Any], name: str, *, sent: bool) -> Iterator[str]:
        before, after = (place.get(name, {}).get("content", {}) for place in (old, new))
        for kind, form in before.items():
            if kind not in after:
                yield f"{name} is no {kind} any more"
            else:
                yield from self._schema(form["schema"], after[kind]["schema"], name, sent=sent)

    def _schema(
        self, old: dict[str, Any], new: dict[str, Any], where: str, *, sent: bool, inside: tuple[str, ...] = ()
    ) -> Iterator[str]:
        """`sent`: by programs, who may send what they sent; else to them, who find what they found."""
        name = str(old.get("$ref", ""))
        if name in inside:
            return
        inside = (*inside, name) if name else inside
        old, new = _whole(old, self._before), _whole(new, self._after)
        if sent and "anyOf" in new and "anyOf" not in old:
            # What could be sent alone before is one of several forms.
            new = next((one for one in new["anyOf"] if one.get("type") == old.get("type")), new)
        if any(old.get(word) != new.get(word) for word in _FORM):
            yield f"{where} has another form"
        forms = [(schema.get("anyOf") or schema.get("oneOf") or []) for schema in (old, new)]
        narrow, wide = forms if sent else reversed(forms)
        if {_name(one) for one in narrow} - {_name(one) for one in wide} or bool(narrow) != bool(wide):
            yield f"{where} has other forms"
        by_name = {_name(one): one for one in forms[1]}
        for one in forms[0]:
            if _name(one) in by_name:
                yield from self._schema(one, by_name[_name(one)], where, sent=sent, inside=inside)
        values = [set(map(str, schema.get("enum", ()))) for schema in (old, new)]
        lost = (values[0] - values[1]) if sent else (values[1] - values[0])
        if lost or bool(values[0]) != bool(values[1]):
            yield f"{where}: {', '.join(sorted(lost))} {'not taken any more' if sent else 'may come now'}"
        if sent:
            yield from _narrower(old, new, where)
        needed = set(new.get("required", ())) - set(old.get("required", ()))
        if sent and needed:
            yield f"{where} needs {', '.join(sorted(needed))} now"
        lacking = set(old.get("required", ())) - set(new.get("required", ()))
        if not sent and lacking:
            yield f"{where} may lack {', '.join(sorted(lacking))}"
        for member, form in old.get("properties", {}).items():
            if member not in new.get("properties", {}):
                yield f"{where}.{member} is gone"
            else:
                yield from self._schema(form, new["properties"][member], f"{where}.{member}", sent=sent, inside=inside)
        for word in ("items", "additionalProperties"):
            if isinstance(old.get(word), dict) and isinstance(new.get(word), dict):
                yield from self._schema(old[word], new[word], f"{where}[]", sent=sent, inside=inside)


def _narrower(old: dict[str, Any], new: dict[str, Any], where: str) -> Iterator[str]:
    for word in _LOWER:
        if word in new and new[word] < old.get(word, float("inf")):
            yield f"{where}: {word} is {new[word]} now"
    for word in _HIGHER:
        if word in new and new[word] > old.get(word, float("-inf")):
            yield f"{where}: {word} is {new[word]} now"
    if new.get("pattern") not in (None, old.get("pattern")):
        yield f"{where}: other pattern"


def _whole(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref") or schema.get("type") or schema)


def _scopes(call: dict[str, Any]) -> set[str]:
    return {scope for needs in call.get("security", ()) for scopes in needs.values() for scope in scopes}
