"""Leaving TensorFlow out: what works without it, and what brings it in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT

PRELUDE = """
import sys
from pathlib import Path
from bot.supervisor.without_tensorflow import leave_out_if_unused
left_out = leave_out_if_unused(Path(sys.argv[1]))
"""


def run(code: str, config: Path = ROOT / "config.yml") -> str:
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + code, str(config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_our_pipeline_does_without() -> None:
    assert run("print(left_out)") == "True"


@pytest.mark.parametrize("name", ["DIETClassifier", "TEDPolicy", "LanguageModelFeaturizer", "SomethingNew"])
def test_a_component_that_may_need_it_brings_it_in(name: str, tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text(
        f"pipeline:\n- name: bot.nlu.X\n- name: {name}\npolicies:\n- name: RulePolicy\n", encoding="utf-8"
    )
    code = "print(left_out, any(type(f).__module__.startswith('bot.') for f in sys.meta_path))"
    assert run(code, config) == "False False"


def test_all_of_rasa_can_be_imported_and_nothing_of_tensorflow_is() -> None:
    code = """
import rasa.core.run, rasa.core.agent, rasa.model_training, rasa.engine.recipes.default_components
print(sys.modules["tensorflow"].__spec__.origin, "jaxlib" in sys.modules)
"""
    assert run(code) == "None False"


def test_whoever_uses_it_after_all_is_told() -> None:
    code = """
import tensorflow as tf
from tensorflow.keras import layers
class Layer(layers.Layer): pass
annotation: tf.Tensor | None = None
for use in (lambda: Layer(), lambda: tf.constant(1), lambda: tf.keras.layers.Dense(3)):
    try:
        use()
    except RuntimeError as error:
        print("left out" in str(error), end=" ")
"""
    assert run(code) == "True True True"
