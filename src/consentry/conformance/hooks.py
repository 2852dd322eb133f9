"""What owners do at this server, by the steps that the profile gives: share, stop, approve, deny.

The specifications leave this to each server, so nothing here is judged.
"""

import json
import string
from collections.abc import Mapping, Sequence

from consentry.conformance.outcome import Skipped, Unprepared
from consentry.conformance.profile import Hooks, Step
from consentry.conformance.stage import Stage
from consentry.conformance.wire import Answer, Wire

Values = dict[str, object]


class Owner:
    """Runs the hooks for one owner."""

    def __init__(self, stage: Stage, wire: Wire, name: str) -> None:
        self._stage = stage
        self._wire = wire
        self._name = name

    async def act(self, hook: str, values: Mapping[str, object]) -> Values:
        """Go through the steps of a hook; returns the placeholders with what the steps took."""
        refused, found = await self.attempt(hook, values)
        if refused is not None:
            raise Unprepared(f"the hook {hook} did not work: {refused}")
        return found

    async def attempt(self, hook: str, values: Mapping[str, object]) -> tuple[Answer | None, Values]:
        """Do what `act` does, but return the answer that refused a step instead of giving up."""
        profile = self._stage.profile
        steps: tuple[Step, ...] = getattr(profile.hooks, hook)
        if not steps:
            raise Skipped(f"the profile has no hook {hook}")
        known: Values = {"issuer": self._stage.issuer, "owner": self._stage.person(self._name).username, **values}
        for step in steps:
            if step.page:
                await self._stage.browser(self._name).do(
                    _form(step, known), url=text(step.page, known), wire=self._wire
                )
                continue
            answer = await self._request(step, known)
            if answer.status >= 400:
                return answer, known
            known |= _taken(step, answer, known)
        return None, known

    async def _request(self, step: Step, known: Values) -> Answer:
        token = await self._stage.owner_token(self._wire, self._name)
        url = text(step.url, known)
        if step.form is not None:
            form = {name: text(each, known) for name, each in step.form.items()}
            return await self._wire.send(step.method, url, bearer=token, form=form)
        document = None if step.body is None else filled(step.body, known)
        return await self._wire.send(step.method, url, bearer=token, document=document)


def mentions(hooks: Hooks, hook: str, placeholder: str) -> bool:
    """Tell whether a hook makes use of a placeholder."""
    steps: tuple[Step, ...] = getattr(hooks, hook)
    return any(f"{{{placeholder}}}" in f"{step.url} {step.body} {step.form} {step.page} {step.fill}" for step in steps)


def text(template: str, known: Mapping[str, object]) -> str:
    """Put values into the placeholders of a text."""
    try:
        return string.Formatter().vformat(template, (), known)
    except (KeyError, ValueError, IndexError) as problem:
        raise Unprepared(f"the profile's text {template!r} has a placeholder that is not known here") from problem


def filled(template: object, known: Mapping[str, object]) -> object:
    """Put values into a document: a text that is one placeholder becomes its value, None takes the member away."""
    match template:
        case str():
            name = template[1:-1]
            whole = template == f"{{{name}}}" and name in known
            return known[name] if whole else text(template, known)
        case dict():
            members = {name: filled(part, known) for name, part in template.items()}
            return {name: part for name, part in members.items() if part is not None}
        case list():
            return [filled(part, known) for part in template]
        case _:
            return template


def _form(step: Step, known: Values) -> Step:
    fill = {name: text(each, known) for name, each in step.fill.items()}
    return Step(page=step.page, has=text(step.has, known), fill=fill, press=step.press)


def _taken(step: Step, answer: Answer, known: Values) -> Values:
    if not step.take:
        return {}
    found = answer.json
    if step.list is not None:
        found = _entry(_inside(found, step.list), text(step.where, known))
    return {name: _inside(found, path) for name, path in step.take.items()}


def _inside(found: object, path: str) -> object:
    for name in filter(None, path.split(".")):
        if not isinstance(found, dict) or name not in found:
            raise Unprepared(f"the answer to a hook's step has no member {path}")
        found = found[name]
    return found


def _entry(found: object, wanted: str) -> object:
    entries: Sequence[object] = found if isinstance(found, list) else []
    for entry in entries:
        if wanted in json.dumps(entry):
            return entry
    raise Unprepared(f"no entry of the list in the answer mentions {wanted}")
