"""Mends of Rasa 3.6.21, applied once when our components are imported.

- The answer of an action is checked against a JSON schema that is built and checked anew on each
  call (about 20 ms): the compiled validator is kept.
- An action may take five minutes, longer than a conversation's lock lives: it gets four seconds.
- A training message is hashed by a digest of all that it holds, some twenty times a message while
  files are merged (a third of the training time with 35,000 messages): it is hashed by its text.
- Merging files copies every message to its depth (28 s with 66,000): what a message holds is copied.
- Each training file is read and checked against a schema by a YAML parser in Python before it is read
  again (19 s): `haq utterances check` and the tests look at them instead.
- A trained model is packed as tightly as gzip can, which takes 55 s, and two at each start: it is not packed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema import Draft7Validator
from rasa.core.actions import action as actions
from rasa.engine.storage import local_model_storage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from tarsafe import TarSafe

ACTION_TIMEOUT_SECONDS = 4


@lru_cache(maxsize=1)
def _validator() -> Draft7Validator:
    return Draft7Validator(actions.RemoteAction.action_response_format_spec())


def _validate(self: actions.RemoteAction, result: dict[str, Any]) -> bool:
    _validator().validate(result)
    return True


def _hash(self: Message) -> int:
    return hash((self.get(TEXT), self.get(INTENT)))


def _copy(self: Message, _memo: dict[int, Any]) -> Message:
    return Message(
        data=dict(self.data), output_properties=set(self.output_properties), time=self.time,
        features=list(self.features),
    )  # fmt: skip


def _no_schema(_self: RasaYAMLReader, _text: str) -> None:
    return


class _QuickTar(TarSafe):
    """A tar file that gzip wraps without packing it."""

    @classmethod
    def gzopen(
        cls, name: Any, mode: Any = "r", fileobj: Any = None, compresslevel: int = 0, **more: Any
    ) -> Any:
        return super().gzopen(name, mode, fileobj, compresslevel, **more)


def mend() -> None:
    """Applies the mends; doing it again changes nothing."""
    actions.RemoteAction._validate_action_result = _validate
    actions.DEFAULT_REQUEST_TIMEOUT = ACTION_TIMEOUT_SECONDS
    Message.__hash__ = _hash
    Message.__deepcopy__ = _copy
    RasaYAMLReader.validate = _no_schema
    local_model_storage.TarSafe = _QuickTar
