"""`python -m bot.supervisor.training_process --output DIR --name NAME`; started by bot.supervisor.model."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

from bot.settings import ROOT, load_settings
from bot.supervisor import engine_logging
from bot.supervisor.lifeline import hold_on
from bot.supervisor.model import TRAINING_DATA

SEED = 20240701


def main() -> int:
    """Trains DIR/NAME.tar.gz; the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--name", required=True)
    arguments = parser.parse_args()
    hold_on()
    engine_logging.configure(load_settings())

    import numpy
    from rasa.model_training import train

    random.seed(SEED)
    numpy.random.seed(SEED)
    result = train(
        domain=str(ROOT / "domain"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / folder) for folder in TRAINING_DATA],
        output=str(arguments.output),
        fixed_model_name=arguments.name,
        force_training=True,
    )
    return int(result.code)


if __name__ == "__main__":
    sys.exit(main())
