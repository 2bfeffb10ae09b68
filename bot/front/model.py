"""The trained classifiers, taken out of the archive into which Rasa packed them."""

from __future__ import annotations

import io
import pickle
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from bot.language.danger_model import DangerModel
from bot.nlu.topic_model import TopicModel

TOPICS, DANGERS = "topics.pickle", "dangers.pickle"
_SUFFIX: Final = ".pickle"


class ModelError(Exception):
    """An archive without what is needed; the message names it and the mend."""


@dataclass(frozen=True)
class Classifiers:
    """What was learnt: the topics and the dangers."""

    topics: TopicModel
    dangers: DangerModel


def read(archive: Path) -> Classifiers:
    """The classifiers of a model file of ours. Raises ModelError."""
    try:
        parts = _pickles(archive)
        features: dict[str, Any] = {}
        topics, dangers = (_Unpickler(parts[name], parts, features).load() for name in (TOPICS, DANGERS))
    except (OSError, tarfile.TarError, EOFError, KeyError, pickle.UnpicklingError) as error:
        raise ModelError(f"{archive} cannot be read as a model. Train it again: ./haq train.") from error
    return Classifiers(topics, dangers)


def _pickles(archive: Path) -> Mapping[str, bytes]:
    """What was pickled, by file name; a file that stands in several folders is the same in each."""
    found: dict[str, bytes] = {}
    with tarfile.open(archive) as packed:
        for member in packed:
            name = PurePosixPath(member.name).name
            content = packed.extractfile(member) if name.endswith(_SUFFIX) else None
            if content is not None:
                found[name] = content.read()
    return found


class _Unpickler(pickle.Unpickler):
    """Reads what `bot.nlu.components.save` wrote: both classifiers share the features beside them."""

    def __init__(self, packed: bytes, parts: Mapping[str, bytes], features: dict[str, Any]) -> None:
        super().__init__(io.BytesIO(packed))
        self._parts, self._features = parts, features

    def persistent_load(self, name: str) -> Any:
        """The features of that name."""
        if name not in self._features:
            self._features[name] = pickle.loads(self._parts[name + _SUFFIX])  # noqa: S301 - our own model file
        return self._features[name]
