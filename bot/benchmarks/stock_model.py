"""A model of Rasa's stock configuration over our English data, for `haq bench stock`.

The pipeline and policies are those of `rasa init`, as the installed Rasa ships them. Its entity recognition
learns from the utterances with the countries and jobs marked that our own word lists find in them, as
somebody who writes training data for Rasa marks them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from bot.benchmarks.figures import NotMeasured
from bot.settings import ROOT, Settings, engine_environment
from bot.supervisor.model import model_path, train

LANGUAGE = "en"
QUICK_EPOCHS, EPOCHS = 2, 100
_PROGRESS = re.compile(r"Epochs:[^\r\n]*?(\d+)/(\d+) \[(?:(\d+):)?(\d+):(\d+)<")
"""Of Rasa's progress bars: epoch, of so many, hours, minutes, seconds since the first began."""
MARKED = ("country", "sector")
STORY_TURNS = 3
_DATA = ROOT / "data" / "nlu" / LANGUAGE
_RULES = ROOT / "data" / "dialogue" / "rules.yml"


def stock_model(settings: Settings, quick: bool) -> tuple[Path, float]:
    """The trained model, from `var/bench` where it was trained before; and how many seconds that took."""
    written = _training_files(quick)
    key = hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()[:16]
    folder = settings.var_dir / "bench" / f"stock-{key}"
    model, took = folder / "stock.tar.gz", folder / "seconds"
    if not (model.is_file() and took.is_file()):
        seconds = _train(settings, folder, written)
        took.write_text(str(seconds))
    return model, float(took.read_text())


def reckoned_training(log: str, took: float) -> float:
    """Seconds that training would take with all its epochs, from the log of one with few that took `took`.

    Each part's last epoch is what one more would cost: its first also builds TensorFlow's graph.

    >>> reckoned_training("Epochs: 50%| | 1/2 [00:20<00:20, Epochs: 100%| | 2/2 [00:25<00:00,", 60.0)
    550.0
    """
    more, done, since = 0, 0, 0
    for epoch, of, hours, minutes, seconds in _PROGRESS.findall(log):
        number, at = int(epoch), int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
        if number > done and number == int(of) < EPOCHS:
            more += (at - since) * (EPOCHS - number)
        if number == 0 or number > done:  # a bar is drawn several times for the same epoch
            done, since = number, at
    return took + more


def our_model(settings: Settings) -> tuple[Path, float]:
    """Our model of all languages, trained once under `var/bench`; and how many seconds that took."""
    own = replace(settings, models_dir=settings.var_dir / "bench" / "ours")
    model = model_path(own)
    took = model.with_name(f"{model.name}.seconds")
    if not (model.is_file() and took.is_file()):
        began = time.monotonic()
        train(own, force=True)
        took.write_text(f"{time.monotonic() - began:.1f}")
    return model, float(took.read_text())


def _train(settings: Settings, folder: Path, written: dict[str, str]) -> float:
    for name, text in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    command = [
        sys.executable, "-m", "rasa", "train", "--domain", str(ROOT / "domain"), "--config", "config.yml",
        "--data", "data", "--out", ".", "--fixed-model-name", "stock",
    ]  # fmt: skip
    began = time.monotonic()
    with (folder / "train.log").open("wb") as log:
        done = subprocess.run(
            command, cwd=folder, env=engine_environment(settings), stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, check=False,
        )  # fmt: skip
    if done.returncode != 0 or not (folder / "stock.tar.gz").is_file():
        raise NotMeasured(f"The stock configuration could not be trained: see {folder / 'train.log'}.")
    return round(time.monotonic() - began, 1)


def _training_files(quick: bool) -> dict[str, str]:
    """Configuration and data, by the name of the file."""
    return {
        "config.yml": _dumped(_config(quick)),
        "data/nlu.yml": _dumped(_utterances()),
        "data/rules.yml": _dumped(_rules()),
        "data/stories.yml": _dumped(_stories()),
    }


def _config(quick: bool) -> dict[str, Any]:
    """What `rasa init` writes, with few epochs where it shall be quick."""
    rasa = importlib.util.find_spec("rasa")
    if rasa is None or rasa.origin is None:
        raise NotMeasured("Rasa is not installed here.")
    shipped = Path(rasa.origin).parent / "engine" / "recipes" / "config_files" / "default_config.yml"
    config: dict[str, Any] = yaml.safe_load(shipped.read_text(encoding="utf-8"))
    config["assistant_id"] = "stock"
    for part in (*config["pipeline"], *config["policies"]):
        if quick and "epochs" in part:
            part["epochs"] = QUICK_EPOCHS
    return config


def _utterances() -> dict[str, Any]:
    intents: dict[str, list[str]] = {}
    for path in sorted(_DATA.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for each in content["nlu"]:
            examples = [line[2:].strip("\"' ") for line in each["examples"].splitlines() if line[:2] == "- "]
            intents.setdefault(each["intent"], []).extend(map(_marked, examples))
    nlu = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in dict.fromkeys(examples))}
        for intent, examples in sorted(intents.items())
    ]
    return {"version": "3.1", "nlu": nlu}


def _marked(text: str) -> str:
    """An utterance with its countries and jobs in Rasa's brackets."""
    from bot.language.entities import extract
    from bot.language.scope import scope

    if any(sign in text for sign in "[]{}()"):
        return text
    end = 0
    parts: list[str] = []
    for entity in extract(text, scope(LANGUAGE)):
        if entity.entity in MARKED and entity.start >= end:
            what = {"entity": entity.entity, "value": entity.value}
            what |= {"role": entity.role} if entity.role else {}
            parts += [text[end : entity.start], f"[{entity.text}]{json.dumps(what)}"]
            end = entity.end
    return "".join([*parts, text[end:]])


def _rules() -> dict[str, Any]:
    """Ours, with what the stock pipeline does not understand handed to the action too."""
    content: dict[str, Any] = yaml.safe_load(_RULES.read_text(encoding="utf-8"))
    steps = [{"intent": "nlu_fallback"}, {"action": "action_respond"}]
    content["rules"].append({"rule": "What is not understood", "steps": steps})
    return content


def _stories() -> dict[str, Any]:
    """A few conversations for the policies that learn from them: every intent once, three in each."""
    intents = [each["intent"] for each in _utterances()["nlu"]]
    return {"version": "3.1", "stories": list(_some(intents))}


def _some(intents: list[str]) -> Iterator[dict[str, Any]]:
    for first in range(0, len(intents), STORY_TURNS):
        steps = [
            step
            for intent in intents[first : first + STORY_TURNS]
            for step in ({"intent": intent}, {"action": "action_respond"})
        ]
        yield {"story": f"conversation {first}", "steps": steps}


def _dumped(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
