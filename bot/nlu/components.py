"""The graph components of Rasa's pipeline: each hands the text to `bot.language` or the model.

They need no tokens or features of Rasa's own, whose word patterns break the scripts of India.
A component's `process` must carry its type annotations, or training fails.
"""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path
from typing import IO, Any, ClassVar
from weakref import WeakValueDictionary

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.emergency import DangerModel, decide
from bot.language.entities import warm_up
from bot.language.ngrams import NGrams
from bot.nlu import engine, reading
from bot.nlu.topic_model import TopicModel

engine.mend()
warm_up()

LISTS = "lists"  # the languages whose lists read a message; for the components alone


def said(message: Message) -> str:
    """The text as the person typed it."""
    return reading.typed(str(message.get(TEXT) or ""))


class _Pickler(pickle.Pickler):
    """Puts the features beside the model: both classifiers have the same, and need them once in memory."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        super().__init__(file, protocol=5)
        self._folder = path.parent

    def persistent_id(self, part: object) -> str | None:
        """The name of the features' file; None for all else."""
        if not isinstance(part, NGrams):
            return None
        packed = pickle.dumps(part, protocol=5)
        name = hashlib.sha256(packed).hexdigest()
        (self._folder / f"{name}.pickle").write_bytes(packed)
        return name


class _Unpickler(pickle.Unpickler):
    _held: ClassVar[WeakValueDictionary[str, NGrams]] = WeakValueDictionary()

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        super().__init__(file)
        self._folder = path.parent

    def persistent_load(self, name: str) -> NGrams:
        """The features of that name, read only once."""
        features = self._held.get(name)
        if features is None:
            features = pickle.loads((self._folder / f"{name}.pickle").read_bytes())  # noqa: S301
            self._held[name] = features
        return features


def save(model: object, path: Path) -> None:
    """Writes a model; Rasa packs it. (joblib's pickler takes ten times as long for a large vocabulary.)"""
    with path.open("wb") as file:
        _Pickler(path, file).dump(model)


def load(path: Path) -> Any:
    """A model that `save` wrote, from our own model file."""
    with path.open("rb") as file:
        return _Unpickler(path, file).load()


class _Component(GraphComponent):
    """What every component of ours has in common."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _Component:
        """A component that has learnt nothing yet."""
        return cls(config, model_storage, resource)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class LanguageIdentifier(_Component):
    """Adds `language`, `script`, whether the language is certain, and whose word lists read the message."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Identifies the language of each message."""
        for message in messages:
            found, lists = reading.language(said(message))
            for name, value in found.items():
                message.set(name, value, add_to_output=True)
            message.set(LISTS, lists)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing is learnt from languages here."""
        return training_data


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EntityFinder(_Component, EntityExtractorMixin):
    """Adds countries with their role, sectors, status, money, durations."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Finds the entities of each message."""
        for message in messages:
            shift = len(str(message.get(TEXT) or "")) - len(said(message))
            found = reading.entities(said(message), message.get(LISTS), shift)
            message.set(ENTITIES, self.add_extractor_name(found), add_to_output=True)
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(_Component, IntentClassifier):
    """Says what a message is about: one of the topics or dialogue intents."""

    _model: TopicModel | None = None

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the utterances of all languages at once."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._model = TopicModel().fit(
            [example.get(TEXT) for example in examples], [example.get(INTENT) for example in examples]
        )
        with self._storage.write_to(self._resource) as folder:
            save(self._model, folder / "topics.pickle")
        return self._resource

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> TopicClassifier:  # fmt: skip
        """The component as it was trained."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = load(folder / "topics.pickle")
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        """Ranks the intents of each message."""
        assert self._model is not None
        for message in messages:
            ranking = reading.ranking(self._model, said(message))
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set("parts", reading.parts(self._model, said(message)), add_to_output=True)
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class EmergencyDetector(_Component):
    """Adds `emergency`: the danger that a message tells of, or null. Tuned for recall."""

    _model: DangerModel | None = None

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the utterances that are marked with a danger, against all others."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        dangers = [_danger(example) for example in examples]
        self._model = DangerModel()
        self._model.fit([example.get(TEXT) for example in examples], dangers)
        with self._storage.write_to(self._resource) as folder:
            save(self._model, folder / "dangers.pickle")
        return self._resource

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> EmergencyDetector:  # fmt: skip
        """The component as it was trained."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = load(folder / "dangers.pickle")
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        """Looks for a danger in each message; stands after the topics, which it weighs too."""
        assert self._model is not None
        for message in messages:
            topics = reading.shares(message.get(INTENT_RANKING_KEY) or [])
            danger = decide(said(message), self._model, topics, message.get(LISTS))
            message.set("emergency", danger, add_to_output=True)
        return messages


def _danger(example: Message) -> str | None:
    metadata = (example.get(METADATA) or {}).get(METADATA_INTENT) or {}
    return metadata.get("danger")
